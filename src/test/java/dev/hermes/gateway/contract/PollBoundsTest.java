package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A poll's page has an end in bytes, and its place until it was read. */
class PollBoundsTest {

    private static final int MEBIBYTE = 1 << 20;

    @Test
    void aPageEndsAtAMebibyteAndTheNextOneGoesOn() {
        try (RunningGateway gateway = new RunningGateway.Settings().startWithoutRedis()) {
            String start = Http.publish(gateway.port(), "queue:updates", "queue_update", "{}");
            for (int event = 0; event < 30; event++) {
                publish(gateway, 100_000);
            }
            int events = 0;
            int pages = 0;
            for (String after = start; events < 30; pages++) {
                Http.Answer page = poll(gateway, "limit=1000&after=" + after);
                assertThat(page.body().length()).isLessThanOrEqualTo(MEBIBYTE);
                JsonArray got = page.json().getJsonArray("events");
                assertThat(got).isNotEmpty();
                events += got.size();
                after = page.json().getString("last_id");
            }

            assertThat(events).isEqualTo(30);
            assertThat(pages).isEqualTo(3);
        }
    }

    @Test
    void aLargerEventIsAPageOfItsOwn() {
        try (RunningGateway gateway = new RunningGateway.Settings().startWithoutRedis()) {
            String start = Http.publish(gateway.port(), "queue:updates", "queue_update", "{}");
            publish(gateway, 2 * MEBIBYTE);
            publish(gateway, 2 * MEBIBYTE);

            assertThat(poll(gateway, "after=" + start).json().getJsonArray("events"))
                    .hasSize(1);
        }
    }

    @Test
    void aPageThatNobodyReadsKeepsItsPlaceForTheStallTimeAndNoLonger() throws IOException {
        try (RunningGateway gateway = RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1)
                .with("HERMES_SSE_STALL_TIMEOUT", 3)
                .with("HERMES_SEND_BUFFER", 16_384)
                .startWithoutRedis()) {
            String start = Http.publish(gateway.port(), "queue:updates", "queue_update", "{}");
            publish(gateway, 3 * MEBIBYTE);
            try (Socket unread = new Socket()) {
                unread.setReceiveBufferSize(4_096);
                unread.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
                unread.getOutputStream()
                        .write(("GET /api/v1/events/poll?after=" + start + " HTTP/1.1\r\nHost: localhost\r\n"
                                        + Http.apiKey() + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                // It has its place once its answer begins; a poll that asks before could take it.
                unread.setSoTimeout(20_000);
                assertThat(unread.getInputStream().read()).isEqualTo('H');
                assertThat(poll(gateway, "").status()).isEqualTo(503);
                assertThat(Http.get(gateway.port(), "/health").json().getInteger("active_connections"))
                        .isZero();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> poll(gateway, "").status() == 200);
            }
        }
    }

    private static Http.Answer poll(RunningGateway gateway, String query) {
        return Http.get(gateway.port(), "/poll?" + query, Http.apiKey());
    }

    private static void publish(RunningGateway gateway, int bytes) {
        Http.publish(gateway.port(), "queue:updates", "queue_update", "{\"x\":\"" + "x".repeat(bytes) + "\"}");
    }
}
