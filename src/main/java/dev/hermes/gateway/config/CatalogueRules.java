package dev.hermes.gateway.config;

import dev.hermes.gateway.config.Channel.ScopeRule;
import dev.hermes.gateway.config.ReadChannel.Heard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must hold between channels: nothing is named twice, and no Redis name is heard for two reasons. */
final class CatalogueRules {

    private CatalogueRules() {}

    static void check(List<ReadChannel> channels) {
        Map<String, String> names = new HashMap<>();
        Map<String, String> routes = new HashMap<>();
        Map<String, ScopeRule> scopes = new HashMap<>();
        for (ReadChannel read : channels) {
            Channel channel = read.channel();
            if (names.putIfAbsent(channel.name(), channel.name()) != null) {
                read.name().refuse(channel.name(), "a name that no other channel has");
            }
            String route = channel.route();
            if (route != null && routes.putIfAbsent(route, channel.name()) != null) {
                read.route().refuse(route, "a route that no other channel has, unlike " + routes.get(route));
            }
            ScopeRule scope = scopes.putIfAbsent(channel.scope().word(), channel.scope());
            if (scope != null && scope.keyed() != channel.scope().keyed()) {
                read.scope().refuse(channel.scope().toString(), scope + " as before, or another word");
            }
        }
        checkOverlaps(channels.stream().flatMap(read -> read.heardOn().stream()).toList());
    }

    private static void checkOverlaps(List<Heard> heard) {
        for (int later = 1; later < heard.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                String text = heard.get(later).text();
                String other = heard.get(earlier).text();
                if (overlap(text, other)) {
                    heard.get(later).place().refuse(text, "what no other entry can match, unlike " + other);
                    break;
                }
            }
        }
    }

    private static boolean overlap(String one, String other) {
        if (!ChannelReader.isPattern(one)) {
            return ChannelReader.isPattern(other) ? matches(ChannelReader.pattern(other), one) : one.equals(other);
        }
        KeyPattern pattern = ChannelReader.pattern(one);
        if (!ChannelReader.isPattern(other)) {
            return matches(pattern, other);
        }
        // Each has one star, which takes any length: two of them share a name as soon as neither end contradicts.
        KeyPattern second = ChannelReader.pattern(other);
        return (pattern.prefix().startsWith(second.prefix()) || second.prefix().startsWith(pattern.prefix()))
                && (pattern.suffix().endsWith(second.suffix())
                        || second.suffix().endsWith(pattern.suffix()));
    }

    /** As Redis sees it: its star also takes nothing at all. */
    private static boolean matches(KeyPattern pattern, String name) {
        return name.length() >= pattern.prefix().length() + pattern.suffix().length()
                && name.startsWith(pattern.prefix())
                && name.endsWith(pattern.suffix());
    }
}
