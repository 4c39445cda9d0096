package dev.hermes.gateway.event;

import static dev.hermes.gateway.event.Messages.DOWNLOADS;
import static dev.hermes.gateway.event.Messages.PARSER;
import static dev.hermes.gateway.event.Messages.RECEIVED_AT;
import static dev.hermes.gateway.event.Messages.accepted;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Redis commands recorded from Hermes' own publisher: 20 downloads with all that people write into descriptions. */
class RecordedTrafficTest {

    private static final String BEFORE_DATA = ", \"data\": ";
    private static final String BEHIND_DATA = ", \"timestamp\": \"";

    @Test
    void takesEveryMessageThatHermesEverSent() throws IOException {
        List<String> messages = values("PUBLISH");

        assertThat(messages).hasSize(762).allSatisfy(message -> {
            JsonObject expected = new JsonObject(message);
            Envelope envelope = accepted(PARSER.parse(ChannelName.of(DOWNLOADS), Buffer.buffer(message), RECEIVED_AT));
            int start = message.indexOf(BEFORE_DATA) + BEFORE_DATA.length();
            assertThat(envelope.data().toString())
                    .isEqualTo(message.substring(start, message.lastIndexOf(BEHIND_DATA)));
            assertThat(envelope.type()).isEqualTo(expected.getString("type"));
            assertThat(envelope.timestamp()).isEqualTo(expected.getString("timestamp"));
            assertThat(envelope.key()).isEqualTo(expected.getJsonObject("data").getString("download_id"));
        });
    }

    @Test
    void putsTheIdIntoEverySnapshotThatHermesKept() throws IOException {
        List<String> snapshots = values("SETEX").stream()
                .filter(value -> !value.contains("\"scope\""))
                .toList();

        assertThat(snapshots).hasSize(582).allSatisfy(snapshot -> {
            Buffer withKey = Objects.requireNonNull(Snapshots.withKey(Buffer.buffer(snapshot), "download_id", "d-1"));
            JsonObject expected = new JsonObject(snapshot);
            if (!expected.containsKey("download_id")) {
                expected.put("download_id", "d-1");
                assertThat(withKey.toString()).isEqualTo("{\"download_id\":\"d-1\"," + snapshot.substring(1));
            }
            assertThat(new JsonObject(withKey)).isEqualTo(expected);
        });
    }

    private static List<String> values(String operation) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(
                        RecordedTrafficTest.class.getResourceAsStream("/hermes-capture.jsonl.gz"))),
                UTF_8))) {
            return lines.lines()
                    .map(JsonObject::new)
                    .filter(command -> operation.equals(command.getString("op")))
                    .map(command -> command.getString("value"))
                    .toList();
        }
    }
}
