package dev.hermes.gateway.config;

import dev.hermes.gateway.config.Channel.CatchUp;
import dev.hermes.gateway.config.Channel.OnConnect;
import dev.hermes.gateway.config.Channel.ScopeRule;
import dev.hermes.gateway.config.ChannelReader.ParsedChannel.Heard;
import dev.hermes.gateway.config.ChannelReader.ParsedChannel.Place;
import dev.hermes.gateway.protocol.RedisNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one channel of the catalogue and checks everything that does not depend on other channels. */
final class ChannelReader {

    static final Set<String> WORDS = Set.of(
            "name", "heard-on", "type", "scope", "key", "filters", "route", "on-connect", "snapshot-key", "catch-up");

    private static final String ID = "{id}";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9:_.-]{1,200}");
    private static final Pattern GLOB = Pattern.compile("[A-Za-z0-9:_.-]*\\*[A-Za-z0-9:_.-]*");
    private static final int LONGEST_NAME = 200;
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern SCOPE = Pattern.compile("([a-z][a-z0-9_-]{0,63})(:<id>)?");
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern ROUTE = Pattern.compile("[a-z][a-z0-9-]{0,63}");

    /** The protocol's own frames, and event names that EventSource itself uses. */
    private static final Set<String> RESERVED_TYPES = Set.of(
            "error",
            "open",
            "message",
            "connected",
            "heartbeat",
            "gap",
            "closing",
            "backend",
            "unavailable",
            "token_expiring");

    private static final Set<String> RESERVED_ROUTES = Set.of("stream", "poll", "token", "publish", "health");

    /** Query parameters with another meaning. */
    private static final Set<String> RESERVED_FILTERS =
            Set.of("channels", "token", "last_event_id", "conflate", "after", "wait", "limit");

    private static final Map<String, OnConnect> ON_CONNECT =
            Map.of("nothing", OnConnect.NOTHING, "last-event", OnConnect.LAST_EVENT, "snapshot", OnConnect.SNAPSHOT);
    private static final Map<String, CatchUp> CATCH_UP =
            Map.of("all", CatchUp.ALL, "latest", CatchUp.LATEST, "latest-per-key", CatchUp.LATEST_PER_KEY);

    private final YamlMapping yaml;

    ChannelReader(YamlMapping yaml) {
        this.yaml = yaml;
    }

    /** Null if name, type or scope is invalid, since a channel needs all three. */
    @Nullable
    ParsedChannel read() {
        String name = required("name", NAME, "letters, digits and : _ . - , at most 200");
        if (name != null && name.startsWith(RedisNames.OWN_CHANNELS)) {
            yaml.place("name").invalid(name, "a name that does not begin with " + RedisNames.OWN_CHANNELS);
        }
        List<Heard> heardOn = heardOn();
        String type = required("type", TYPE, "letters, digits and _ . - , at most 64");
        if (type != null && RESERVED_TYPES.contains(type)) {
            yaml.place("type").invalid(type, "a type that the protocol does not use itself");
        }
        ScopeRule scope = scope();
        String key = optional("key", FIELD, "the name of a field: letters, digits and _ . - , at most 64");
        List<String> filters = filters();
        String route = route();
        OnConnect onConnect = word("on-connect", ON_CONNECT, OnConnect.NOTHING, "nothing, last-event or snapshot");
        Channel.KeyPattern snapshotKey = snapshotKey();
        CatchUp catchUp = word("catch-up", CATCH_UP, CatchUp.ALL, "all, latest or latest-per-key");
        String unusable = yaml.place("name").text();
        Channel channel = new Channel(
                name == null ? unusable : name,
                heardOn.stream()
                        .map(Heard::text)
                        .filter(text -> !isPattern(text))
                        .toList(),
                heardOn.stream()
                        .map(Heard::text)
                        .filter(ChannelReader::isPattern)
                        .map(ChannelReader::pattern)
                        .toList(),
                type == null ? unusable : type,
                scope == null ? new ScopeRule(unusable, false) : scope,
                key,
                filters,
                route,
                onConnect,
                snapshotKey,
                catchUp);
        checkTogether(channel);
        return new ParsedChannel(channel, yaml.place("name"), heardOn, yaml.place("scope"), yaml.place("route"));
    }

    private void checkTogether(Channel channel) {
        boolean hasKey = yaml.has("key");
        if (channel.scope().keyed() && !hasKey) {
            yaml.place("key").invalid("", "a field of data, since the scope is " + channel.scope());
        }
        if (channel.catchUp() == CatchUp.LATEST_PER_KEY && !hasKey) {
            yaml.place("catch-up").invalid("latest-per-key", "all or latest for a channel without key");
        }
        boolean snapshot = channel.onConnect() == OnConnect.SNAPSHOT;
        if (snapshot && !(channel.scope().keyed() && hasKey && yaml.has("route"))) {
            yaml.place("on-connect")
                    .invalid(
                            "snapshot", "nothing or last-event for a channel without key, route and scope <word>:<id>");
        }
        if (snapshot && !yaml.has("snapshot-key")) {
            yaml.place("snapshot-key").invalid("", "a Redis key with one {id}, since on-connect is snapshot");
        }
        if (!snapshot && yaml.has("snapshot-key")) {
            yaml.place("snapshot-key")
                    .invalid(String.valueOf(yaml.text("snapshot-key")), "nothing, unless on-connect is snapshot");
        }
    }

    private @Nullable String required(String word, Pattern form, String allowed) {
        if (!yaml.has(word)) {
            yaml.place(word).invalid("", allowed);
        }
        return optional(word, form, allowed);
    }

    private @Nullable String optional(String word, Pattern form, String allowed) {
        String text = yaml.text(word);
        if (text == null || form.matcher(text).matches()) {
            return text;
        }
        yaml.place(word).invalid(text, allowed);
        return null;
    }

    private <T> T word(String word, Map<String, T> words, T ifAbsent, String allowed) {
        String text = yaml.text(word);
        if (text == null) {
            return ifAbsent;
        }
        T value = words.get(text);
        if (value == null) {
            yaml.place(word).invalid(text, allowed);
            return ifAbsent;
        }
        return value;
    }

    private List<Heard> heardOn() {
        if (!yaml.has("heard-on")) {
            yaml.place("heard-on").invalid("", "a list of Redis channels, [] for none");
        }
        List<Heard> heardOn = new ArrayList<>();
        for (YamlMapping.Item item : yaml.items("heard-on")) {
            String text = item.text();
            boolean form =
                    NAME.matcher(text).matches() || (GLOB.matcher(text).matches() && text.length() <= LONGEST_NAME);
            if (!form) {
                item.place().invalid(text, "letters, digits and : _ . - , at most 200, and at most one *");
            } else if (canMeanOwn(text)) {
                item.place().invalid(text, "names that do not begin with " + RedisNames.OWN_CHANNELS);
            } else {
                heardOn.add(new Heard(text, item.place()));
            }
        }
        return heardOn;
    }

    private static boolean canMeanOwn(String text) {
        return text.startsWith(RedisNames.OWN_CHANNELS)
                || (isPattern(text)
                        && RedisNames.OWN_CHANNELS.startsWith(pattern(text).prefix()));
    }

    static boolean isPattern(String text) {
        return text.indexOf('*') >= 0;
    }

    static Channel.KeyPattern pattern(String text) {
        int star = text.indexOf('*');
        return new Channel.KeyPattern(text.substring(0, star), text.substring(star + 1));
    }

    private @Nullable ScopeRule scope() {
        String text = required("scope", SCOPE, "a word such as queue, or download:<id>");
        if (text == null) {
            return null;
        }
        Matcher matcher = SCOPE.matcher(text);
        return matcher.matches() ? new ScopeRule(matcher.group(1), matcher.group(2) != null) : null;
    }

    private List<String> filters() {
        List<String> filters = new ArrayList<>();
        for (YamlMapping.Item item : yaml.items("filters")) {
            Place place = item.place();
            if (!FIELD.matcher(item.text()).matches()) {
                place.invalid(item.text(), "the name of a field: letters, digits and _ . - , at most 64");
            } else if (RESERVED_FILTERS.contains(item.text())) {
                place.invalid(item.text(), "a name that is no query parameter of the gateway's own");
            } else if (filters.contains(item.text())) {
                place.invalid(item.text(), "each filter once");
            } else {
                filters.add(item.text());
            }
        }
        return List.copyOf(filters);
    }

    private @Nullable String route() {
        String route = optional("route", ROUTE, "one path segment: a lower-case letter, then letters, digits and -");
        if (route != null && RESERVED_ROUTES.contains(route)) {
            yaml.place("route").invalid(route, "a path other than stream, poll, token, publish and health");
        }
        return route;
    }

    private Channel.@Nullable KeyPattern snapshotKey() {
        String text = yaml.text("snapshot-key");
        if (text == null) {
            return null;
        }
        int at = text.indexOf(ID);
        if (at < 0 || text.indexOf(ID, at + 1) >= 0) {
            yaml.place("snapshot-key").invalid(text, "a Redis key with exactly one {id}");
            return null;
        }
        return new Channel.KeyPattern(text.substring(0, at), text.substring(at + ID.length()));
    }

    /**
     * A channel and the lines where its parts are written, for rules that compare channels.
     *
     * @param heardOn one entry for each name and pattern, in the order of the file
     */
    record ParsedChannel(Channel channel, Place name, List<Heard> heardOn, Place scope, Place route) {

        /** A name or pattern as it is written. */
        record Heard(String text, Place place) {}

        /** A position such as {@code channels.yaml:12: channels[1].scope}, and where to note a problem with it. */
        record Place(String text, SettingsException.Problems findings) {

            void invalid(String value, String allowed) {
                findings.invalid(text, value, allowed);
            }
        }
    }
}
