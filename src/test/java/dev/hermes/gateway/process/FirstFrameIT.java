package dev.hermes.gateway.process;

import static dev.hermes.gateway.fixture.Http2Wire.GOAWAY;
import static dev.hermes.gateway.fixture.Http2Wire.PING;
import static dev.hermes.gateway.fixture.Http2Wire.SETTINGS;
import static dev.hermes.gateway.fixture.Http2Wire.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Http2Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 clients whose preface is not followed by SETTINGS, or by such as cannot be (RFC 9113 §3.4, §6.5). */
class FirstFrameIT {

    private static final int ACK = 1;

    private static final List<byte[]> FIRST = List.of(
            "HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            frame(PING, 0, 0, new byte[8]),
            frame(SETTINGS, ACK, 0),
            frame(SETTINGS, 0, 1),
            frame(SETTINGS, 0, 0, new byte[5]),
            frame(SETTINGS, 0, 0, 0, 2, 0, 0, 0, 2),
            frame(SETTINGS, 0, 0, 0, 4, 255, 255, 255, 255),
            frame(SETTINGS, 0, 0, 0, 5, 0, 0, 0, 1));

    @TempDir
    Path temporary;

    @Test
    void areToldSoAndForgottenWithoutALineInTheLog() throws IOException {
        try (RunningJar gateway =
                RunningJar.start(temporary, JarSettings.with("none", "HERMES_SSE_HISTORY", "memory"))) {
            for (byte[] first : FIRST) {
                try (Http2Wire client = Http2Wire.connect(gateway.port(), first)) {
                    assertThat(client.next().type()).isEqualTo(GOAWAY);
                    client.untilClosed();
                }
            }
            gateway.process().signal("TERM");
            gateway.process().awaitExit(Duration.ofSeconds(20));

            assertThat(gateway.process().lines())
                    .filteredOn(line -> !line.contains("BlockedThreadChecker"))
                    .noneMatch(line -> line.contains("WARN") || line.contains("ERROR") || line.contains("Exception"));
        }
    }
}
