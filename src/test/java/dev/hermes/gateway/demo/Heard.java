package dev.hermes.gateway.demo;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One message as a subscriber hears it, from a channel or about a key. */
record Heard(String channel, String message) {

    static final String KEYSPACE = "__keyspace@0__:";

    boolean published() {
        return !channel.startsWith(KEYSPACE);
    }

    JsonObject event() {
        return new JsonObject(message);
    }

    JsonObject data() {
        return event().getJsonObject("data");
    }

    /** Null for what is about no download. */
    @Nullable
    String downloadId() {
        return published() ? data().getString("download_id") : channel.split(":", -1)[2];
    }

    /** Which of Hermes' messages it is, in one word. */
    String kind() {
        if (!published()) {
            return message;
        }
        JsonObject data = data();
        String detail = List.of("action", "status", "event", "notification_type").stream()
                .map(data::getString)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("-"));
        return channel.split(":", -1)[0] + "-" + detail;
    }

    /** The fields of the message in order, with the kind of their values: what a consumer may rely on. */
    String shape() {
        return shape(event());
    }

    static Map<String, List<Heard>> byDownload(List<Heard> all) {
        return all.stream()
                .filter(heard -> heard.downloadId() != null)
                .collect(Collectors.groupingBy(
                        heard -> Objects.requireNonNull(heard.downloadId()), TreeMap::new, Collectors.toList()));
    }

    static String kinds(List<Heard> heard) {
        return heard.stream().map(Heard::kind).collect(Collectors.joining(" "));
    }

    private static String shape(@Nullable Object value) {
        if (value instanceof JsonObject object) {
            return object.stream()
                    .map(field -> field.getKey() + ":" + shape(field.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof JsonArray) {
            return "array";
        }
        if (value instanceof Double) {
            return "decimal";
        }
        return value instanceof Number ? "integer" : value == null ? "null" : "text";
    }
}
