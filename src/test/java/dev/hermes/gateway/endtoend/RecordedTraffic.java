package dev.hermes.gateway.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hermes.gateway.fixture.RedisProducer;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** All commands that real Hermes publishers sent during 20 downloads, and what a client should see of them. */
final class RecordedTraffic {

    private static final String BEFORE_DATA = ", \"data\": ";
    private static final String BEHIND_DATA = ", \"timestamp\": \"";

    /**
     * One published message, taken apart as plain text.
     *
     * @param data the bytes between the two members around it
     */
    record Message(String channel, String type, String data, String timestamp) {

        static Message of(JsonObject command) {
            String value = command.getString("value");
            int start = value.indexOf(BEFORE_DATA);
            int end = value.lastIndexOf(BEHIND_DATA);
            String type = value.substring("{\"type\": \"".length(), start - 1);
            String timestamp = value.substring(end + BEHIND_DATA.length(), value.length() - "\"}".length());
            return new Message(
                    command.getString("key"), type, value.substring(start + BEFORE_DATA.length(), end), timestamp);
        }

        String field(String name) {
            return String.valueOf(new JsonObject(data).getValue(name));
        }
    }

    private RecordedTraffic() {}

    static List<JsonObject> commands() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(
                        Objects.requireNonNull(RecordedTraffic.class.getResourceAsStream("/hermes-capture.jsonl.gz"))),
                UTF_8))) {
            return lines.lines().map(JsonObject::new).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Pipelined, in order. */
    static void replay(RedisProducer producer, List<JsonObject> commands) {
        for (JsonObject command : commands) {
            String key = command.getString("key");
            switch (command.getString("op")) {
                case "PUBLISH" -> producer.publish(key, command.getString("value"));
                case "SETEX" ->
                    producer.send("SETEX", key, command.getInteger("ttl_s").toString(), command.getString("value"));
                case "DEL" -> producer.send("DEL", key);
                default -> throw new AssertionError("unknown command " + command);
            }
        }
        producer.sync();
    }

    static List<Message> messages(List<JsonObject> commands) {
        return commands.stream()
                .filter(command -> command.getString("op").equals("PUBLISH"))
                .map(Message::of)
                .toList();
    }
}
