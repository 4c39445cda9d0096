package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Scopes;
import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.delivery.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, before it is compared with what its credential may see.
 *
 * @param channels the channels asked for, or null for all that the credential allows
 * @param key the key of a keyed route, or null
 * @param filters the allowed values of each field
 */
record Selection(@Nullable List<Channel> channels, @Nullable String key, Map<String, Set<String>> filters) {

    private static final int MAX_VALUES = 100;
    private static final int MAX_VALUE_LENGTH = 200;

    /** The selection for {@code /stream} and {@code /poll}: the channels named in the query. */
    static Selection ofQuery(Query query, Catalogue catalogue) {
        String names = query.text("channels");
        List<Channel> channels = names == null ? null : channels(names, catalogue);
        List<Channel> filtered =
                channels == null ? List.copyOf(catalogue.channels().values()) : channels;
        return new Selection(channels, null, filters(query, catalogue, filtered));
    }

    /** The selection for a channel's own route. */
    static Selection ofRoute(Channel channel, @Nullable String key, Query query, Catalogue catalogue) {
        if (key != null && !Scopes.validKey(key)) {
            throw Problem.badRequest("Invalid id " + Query.quoted(key) + ". Allowed: [A-Za-z0-9._~-]{1,200}")
                    .asException();
        }
        return new Selection(List.of(channel), key, filters(query, catalogue, List.of(channel)));
    }

    /**
     * The scopes that restrict a selection. If the query names scopes, the credential must have all of them, since
     * such a client prefers an error to getting less; otherwise all scopes of the credential.
     */
    static Scopes scopes(Query query, Scopes granted, Catalogue catalogue) {
        String text = query.text("scopes");
        if (text == null) {
            return granted;
        }
        Set<String> words = new LinkedHashSet<>(List.of(Query.items(text)));
        for (String word : words) {
            if (!Scopes.valid(word, catalogue)) {
                Set<String> allowed = new LinkedHashSet<>();
                catalogue
                        .channels()
                        .values()
                        .forEach(channel -> allowed.add(channel.scope().toString()));
                throw Problem.badRequest(
                                "Unknown scope " + Query.quoted(word) + ". Allowed: " + String.join(", ", allowed))
                        .asException();
            }
            if (!granted.covers(word)) {
                throw insufficient(word);
            }
        }
        return new Scopes(false, words);
    }

    /** The names of all filters in the catalogue. */
    static Set<String> filterNames(Catalogue catalogue) {
        Set<String> names = new LinkedHashSet<>();
        catalogue.channels().values().forEach(channel -> names.addAll(channel.filters()));
        return names;
    }

    private static List<Channel> channels(String names, Catalogue catalogue) {
        List<Channel> channels = new ArrayList<>();
        for (String name : Query.items(names)) {
            Channel channel = catalogue.channel(name);
            if (channel == null) {
                throw Problem.badRequest("Unknown channel " + Query.quoted(name) + ". Allowed: "
                                + String.join(", ", catalogue.channels().keySet()))
                        .asException();
            }
            if (channels.contains(channel)) {
                throw Problem.badRequest("Repeated channel " + Query.quoted(name) + ". Allowed: once")
                        .asException();
            }
            channels.add(channel);
        }
        return channels;
    }

    private static Map<String, Set<String>> filters(Query query, Catalogue catalogue, List<Channel> channels) {
        Map<String, Set<String>> filters = new LinkedHashMap<>();
        for (Channel any : catalogue.channels().values()) {
            for (String name : any.filters()) {
                String text = query.text(name);
                if (text != null && !filters.containsKey(name)) {
                    filters.put(name, filter(name, text, catalogue, channels));
                }
            }
        }
        return filters;
    }

    private static Set<String> filter(String name, String text, Catalogue catalogue, List<Channel> channels) {
        if (channels.stream().noneMatch(channel -> channel.filters().contains(name))) {
            throw Problem.badRequest("Filter " + Query.quoted(name)
                            + " applies to none of the requested channels. Allowed: "
                            + allowedFilters(channels))
                    .asException();
        }
        return values(name, text, isKey(name, catalogue));
    }

    private static String allowedFilters(List<Channel> channels) {
        Set<String> allowed = new LinkedHashSet<>();
        channels.forEach(channel -> allowed.addAll(channel.filters()));
        return allowed.isEmpty() ? "none" : String.join(", ", allowed);
    }

    private static boolean isKey(String name, Catalogue catalogue) {
        return catalogue.channels().values().stream().anyMatch(channel -> name.equals(channel.keyField()));
    }

    private static Set<String> values(String name, String text, boolean isKey) {
        Set<String> values = new LinkedHashSet<>();
        for (String value : Query.items(text)) {
            boolean valid = isKey ? Scopes.validKey(value) : !value.isEmpty() && value.length() <= MAX_VALUE_LENGTH;
            if (!valid) {
                throw Problem.badRequest("Invalid " + name + " " + Query.quoted(value) + ". Allowed: "
                                + (isKey ? "[A-Za-z0-9._~-]{1,200}" : "1 to " + MAX_VALUE_LENGTH + " characters"))
                        .asException();
            }
            values.add(value);
        }
        if (values.size() > MAX_VALUES) {
            throw Problem.badRequest(
                            "Too many values for " + name + ": " + values.size() + ". Allowed: up to " + MAX_VALUES)
                    .asException();
        }
        return values;
    }

    /** Restricts the selection to what the scopes allow; rejects what they do not. */
    Subscription allowedBy(Scopes scopes, Catalogue catalogue) {
        Map<String, Subscription.ChannelFilter> interests = new HashMap<>();
        if (channels != null) {
            channels.forEach(channel -> interests.put(channel.name(), interest(channel, scopes)));
        } else {
            for (Channel channel : catalogue.channels().values()) {
                if (scopes.allows(channel.scope())
                        || !scopes.keysFor(channel.scope()).isEmpty()) {
                    interests.put(channel.name(), interest(channel, scopes));
                }
            }
            if (interests.isEmpty()) {
                throw insufficient("any of " + String.join(", ", scopesOf(catalogue)));
            }
        }
        return new Subscription(interests);
    }

    /**
     * The same subscription, with the channels of which events may be left out by the catalogue. Never a channel with
     * a filter on the data, since a later event of the same key may not match the filter.
     */
    static Subscription conflated(Subscription subscription, Catalogue catalogue) {
        Map<String, Subscription.ChannelFilter> interests = new HashMap<>();
        subscription.interests().forEach((name, interest) -> {
            Channel channel = catalogue.channel(name);
            boolean allows = channel != null
                    && switch (channel.catchUp()) {
                        case ALL -> false;
                        case LATEST -> interest.keys() == null;
                        case LATEST_PER_KEY -> true;
                    };
            interests.put(
                    name,
                    new Subscription.ChannelFilter(
                            interest.keys(),
                            interest.filters(),
                            allows && interest.filters().isEmpty()));
        });
        return new Subscription(interests);
    }

    private Subscription.ChannelFilter interest(Channel channel, Scopes scopes) {
        Map<String, Set<String>> fields = new HashMap<>();
        filters.forEach((name, values) -> {
            if (channel.filters().contains(name)) {
                fields.put(name, values);
            }
        });
        Set<String> wanted =
                key != null ? Set.of(key) : channel.keyField() == null ? null : fields.remove(channel.keyField());
        Channel.ScopeRule rule = channel.scope();
        if (wanted != null) {
            for (String wantedKey : wanted) {
                if (!scopes.allowsKey(rule, wantedKey)) {
                    throw insufficient(rule.forKey(wantedKey));
                }
            }
            return new Subscription.ChannelFilter(wanted, fields);
        }
        if (scopes.allows(rule)) {
            return new Subscription.ChannelFilter(null, fields);
        }
        Set<String> allowedKeys = scopes.keysFor(rule);
        if (allowedKeys.isEmpty()) {
            throw insufficient(rule.forKey("*"));
        }
        return new Subscription.ChannelFilter(allowedKeys, fields);
    }

    private static Set<String> scopesOf(Catalogue catalogue) {
        Set<String> words = new LinkedHashSet<>();
        catalogue
                .channels()
                .values()
                .forEach(channel -> words.add(channel.scope().forKey("*")));
        return words;
    }

    private static Problem.Thrown insufficient(String scope) {
        return Problem.of(403, "Insufficient scope: " + scope + " required").asException();
    }
}
