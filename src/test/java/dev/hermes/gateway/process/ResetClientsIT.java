package dev.hermes.gateway.process;

import static dev.hermes.gateway.fixture.Http2Wire.END_HEADERS;
import static dev.hermes.gateway.fixture.Http2Wire.END_STREAM;
import static dev.hermes.gateway.fixture.Http2Wire.HEADERS;
import static dev.hermes.gateway.fixture.Http2Wire.PING;
import static dev.hermes.gateway.fixture.Http2Wire.SETTINGS;
import static dev.hermes.gateway.fixture.Http2Wire.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Http2Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 clients that are gone, by a reset of TCP, when their last words are read: whatever is answered fails. */
class ResetClientsIT {

    /** GET / of RFC 7541's table. It names nobody, so it is answered with 400. */
    private static final byte[] ANSWERED = {(byte) 0x82, (byte) 0x86, (byte) 0x84};

    /** RFC 9113 §8.3.1: an :authority, and another host. It is refused by a reset of its stream. */
    private static final byte[] REFUSED = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 1, 1, 'a', 15, 23, 1, 'b'};

    private static final List<List<byte[]>> LAST_WORDS = List.of(
            List.of(head(1, ANSWERED)),
            List.of(head(1, REFUSED)),
            List.of(head(1, ANSWERED), head(3, REFUSED)),
            List.of(head(1, ANSWERED), head(3, REFUSED), head(5, ANSWERED), head(7, REFUSED)),
            List.of(head(1, ANSWERED), head(3, REFUSED), frame(SETTINGS, 0, 7)));

    @TempDir
    Path temporary;

    @Test
    void areForgottenWithoutALineInTheLog() throws IOException {
        // With a Redis, the log could tell of a link that was lost while the gateway stood still.
        try (RunningJar gateway =
                RunningJar.start(temporary, JarSettings.with("none", "HERMES_SSE_HISTORY", "memory"))) {
            for (List<byte[]> words : LAST_WORDS) {
                List<Http2Wire> clients = new ArrayList<>();
                for (int client = 0; client < 5; client++) {
                    clients.add(connected(gateway.port()));
                }
                // It reads what each has said only when all of them are gone.
                gateway.process().signal("STOP");
                for (Http2Wire client : clients) {
                    for (byte[] word : words) {
                        client.send(word);
                    }
                    client.reset();
                }
                gateway.process().signal("CONT");
            }
            try (Http2Wire another = connected(gateway.port())) {
                another.get(1, "/api/v1/events/health", "localhost", "");
                another.next(HEADERS, 1);
            }
            gateway.process().signal("TERM");
            gateway.process().awaitExit(Duration.ofSeconds(20));

            // That it stood still for a while is the test's doing.
            assertThat(gateway.process().lines())
                    .filteredOn(line -> !line.contains("BlockedThreadChecker"))
                    .noneMatch(line -> line.contains("WARN") || line.contains("ERROR") || line.contains("Exception"));
        }
    }

    private static Http2Wire connected(int port) throws IOException {
        Http2Wire client = Http2Wire.connect(port);
        client.send(frame(PING, 0, 0, new byte[8]));
        client.next(PING, 0);
        return client;
    }

    private static byte[] head(int stream, byte[] block) {
        return frame(HEADERS, END_STREAM | END_HEADERS, stream, block);
    }
}
