package dev.hermes.gateway.config;

import dev.hermes.gateway.config.Channel.ScopeRule;
import dev.hermes.gateway.config.ChannelReader.ParsedChannel.Heard;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads {@code channels.yaml} from its syntax tree, so that every problem can name its line. Nothing is ever constructed
 * from the file but strings.
 */
final class CatalogueReader {

    private static final String CHANNELS = "channels";

    private CatalogueReader() {}

    /** The catalogue; what is not allowed is noted in {@code findings} and left out. */
    static Catalogue read(String file, String text, SettingsException.Problems findings) {
        Node root;
        try {
            root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (MarkedYAMLException malformed) {
            Mark mark = malformed.getProblemMark();
            String line = mark == null ? "" : ":" + (mark.getLine() + 1);
            findings.invalid(file + line, oneLine(malformed.getProblem()), "one YAML document");
            return new Catalogue(Map.of());
        } catch (YAMLException | NumberFormatException malformed) {
            // The latter for an escape of a character with too few digits, which the library does not expect.
            findings.invalid(file, oneLine(malformed.getMessage()), "one YAML document");
            return new Catalogue(Map.of());
        }
        List<ChannelReader.ParsedChannel> channels = new ArrayList<>();
        if (root != null) {
            YamlMapping top = YamlMapping.of(root, file, "", Set.of(CHANNELS), findings);
            if (top != null && top.has(CHANNELS)) {
                for (YamlMapping channel : top.mappings(CHANNELS, ChannelReader.WORDS)) {
                    channels.add(new ChannelReader(channel).read());
                }
            }
        }
        Rules.check(channels);
        if (channels.isEmpty()
                && findings.problems().stream()
                        .noneMatch(problem -> problem.name().startsWith(file))) {
            findings.invalid(file, "no channel", "channels: and at least one channel below it");
        }
        return Catalogue.of(
                channels.stream().map(ChannelReader.ParsedChannel::channel).toList());
    }

    private static String oneLine(@Nullable String message) {
        return String.valueOf(message).replaceAll("\\s*\\R\\s*", " ");
    }

    /** What must hold between channels: nothing is named twice, and no Redis name is heard for two reasons. */
    static final class Rules {

        private Rules() {}

        static void check(List<ChannelReader.ParsedChannel> channels) {
            Map<String, String> names = new HashMap<>();
            Map<String, String> routes = new HashMap<>();
            Map<String, ScopeRule> scopes = new HashMap<>();
            for (ChannelReader.ParsedChannel read : channels) {
                Channel channel = read.channel();
                if (names.putIfAbsent(channel.name(), channel.name()) != null) {
                    read.name().invalid(channel.name(), "a name that no other channel has");
                }
                String route = channel.route();
                if (route != null && routes.putIfAbsent(route, channel.name()) != null) {
                    read.route().invalid(route, "a route that no other channel has, unlike " + routes.get(route));
                }
                ScopeRule scope = scopes.putIfAbsent(channel.scope().word(), channel.scope());
                if (scope != null && scope.keyed() != channel.scope().keyed()) {
                    read.scope().invalid(channel.scope().toString(), scope + " as before, or another word");
                }
            }
            checkOverlaps(
                    channels.stream().flatMap(read -> read.heardOn().stream()).toList());
        }

        private static void checkOverlaps(List<Heard> heard) {
            for (int later = 1; later < heard.size(); later++) {
                for (int earlier = 0; earlier < later; earlier++) {
                    String text = heard.get(later).text();
                    String other = heard.get(earlier).text();
                    if (overlap(text, other)) {
                        heard.get(later).place().invalid(text, "what no other entry can match, unlike " + other);
                        break;
                    }
                }
            }
        }

        private static boolean overlap(String one, String other) {
            if (!ChannelReader.isPattern(one)) {
                return ChannelReader.isPattern(other) ? matches(ChannelReader.pattern(other), one) : one.equals(other);
            }
            Channel.KeyPattern pattern = ChannelReader.pattern(one);
            if (!ChannelReader.isPattern(other)) {
                return matches(pattern, other);
            }
            // Each has one star, which takes any length: two of them share a name as soon as neither end contradicts.
            Channel.KeyPattern second = ChannelReader.pattern(other);
            return (pattern.prefix().startsWith(second.prefix())
                            || second.prefix().startsWith(pattern.prefix()))
                    && (pattern.suffix().endsWith(second.suffix())
                            || second.suffix().endsWith(pattern.suffix()));
        }

        /** As Redis sees it: its star also takes nothing at all. */
        private static boolean matches(Channel.KeyPattern pattern, String name) {
            return name.length() >= pattern.prefix().length() + pattern.suffix().length()
                    && name.startsWith(pattern.prefix())
                    && name.endsWith(pattern.suffix());
        }
    }
}
