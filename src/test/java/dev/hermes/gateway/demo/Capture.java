package dev.hermes.gateway.demo;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Commands that real Hermes publishers sent: three downloads, with fewer progress reports than they had. */
public final class Capture {

    private Capture() {}

    public static List<JsonObject> commands() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Capture.class.getResourceAsStream("/dev/hermes-capture-excerpt.jsonl")),
                StandardCharsets.UTF_8))) {
            return lines.lines().map(JsonObject::new).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a subscriber to the channels and to the notifications of the keys would have heard. */
    static List<Heard> heard() {
        return commands().stream()
                .filter(command -> !command.getString("key").startsWith("sse:token:"))
                .map(command -> switch (command.getString("op")) {
                    case "PUBLISH" -> new Heard(command.getString("key"), command.getString("value"));
                    case "SETEX" -> new Heard(Heard.KEYSPACE + command.getString("key"), "set");
                    default -> new Heard(Heard.KEYSPACE + command.getString("key"), "del");
                })
                .toList();
    }
}
