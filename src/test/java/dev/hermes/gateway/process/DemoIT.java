package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIT {

    private static final String CURL = "curl -N 'http://localhost:(\\d+)(/api/v1/events/stream\\?token=sse_[^']+)'";

    private RunningJar demo;

    @BeforeAll
    void startOne(@TempDir Path temporary) {
        demo = RunningJar.start(temporary, Map.of(), "demo");
    }

    @AfterAll
    void endIt() {
        demo.close();
    }

    @Test
    void printsWhereItsPageIs() {
        MatchResult address = demo.process().await("http://localhost:(\\d+)/$");

        HttpResponse<String> page = RunningJar.get(Integer.parseInt(address.group(1)), "/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("content-security-policy"))
                .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'none'"));
        assertThat(page.body()).contains("<title>Hermes Gateway</title>");
    }

    @Test
    void printsACommandLineThatShowsDownloadsMove() {
        MatchResult curl = demo.process().await(CURL);

        try (SseConnection stream = SseConnection.open(Integer.parseInt(curl.group(1)), curl.group(2))) {
            assertThat(stream.next().event()).isEqualTo("connected");
            Map<String, Double> percentages = new HashMap<>();
            boolean moved = false;
            while (!moved) {
                JsonObject data =
                        new JsonObject(stream.next("download_progress").data());
                Double percentage =
                        data.getJsonObject("progress", new JsonObject()).getDouble("percentage");
                if (percentage != null) {
                    Double before = percentages.put(data.getString("download_id"), percentage);
                    moved = before != null && before < percentage;
                }
            }
        }
    }

    @Test
    void listensOnThisMachineOnly() {
        int port = Integer.parseInt(
                demo.process().await("http://localhost:(\\d+)/$").group(1));

        // All of 127.0.0.0/8 is this machine; the wildcard address would answer on each of them.
        assertThatThrownBy(() -> new Socket("127.0.0.2", port).close()).isInstanceOf(ConnectException.class);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    localhost,       ,                    200
                    127.0.0.1,       ,                    200
                    localhost,       http://localhost:%d, 200
                    localhost,       https://evil.example, 403
                    localhost.evil.example, ,             403
                    """)
    void obeysNoPageOfAnotherSite(String host, @Nullable String origin, int status) throws IOException {
        int port = Integer.parseInt(
                demo.process().await("http://localhost:(\\d+)/$").group(1));
        String from = origin == null ? "" : "Origin: " + origin.formatted(port) + "\r\n";

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(("POST /demo/flow HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n" + from
                                    + "Content-Length: 0\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void keepsTheSecretKeyToItself(@TempDir Path temporary) {
        String secret = "a-secret-key-that-nobody-may-see-anywhere-0123456789";
        try (RunningJar other = RunningJar.start(
                temporary,
                Map.of("HERMES_SECRET_KEY", secret, "HERMES_API_KEYS", "an-api-key-of-ours", "HERMES_DEBUG", "true"),
                "demo")) {
            other.process().await(CURL);
            other.process().signal("TERM");
            other.process().awaitExit(Duration.ofSeconds(20));

            assertThat(other.process().lines()).noneMatch(line -> line.contains(secret));
            assertThat(other.process().lines()).noneMatch(line -> line.contains("an-api-key-of-ours"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void endsWithNothingLeftBehind(String signal, @TempDir Path temporary) {
        try (RunningJar other = RunningJar.start(temporary, Map.of(), "demo")) {
            MatchResult curl = other.process().await(CURL);
            List<ProcessHandle> redis = other.process().descendants();
            assertThat(redis).isNotEmpty();
            try (SseConnection stream = SseConnection.open(Integer.parseInt(curl.group(1)), curl.group(2))) {
                stream.next("connected");
                other.process().signal(signal);

                assertThat(other.process().awaitExit(Duration.ofSeconds(10))).isZero();

                assertThat(stream.untilEnd(Duration.ofSeconds(20)))
                        .extracting(SseConnection.Frame::event)
                        .contains("closing");
            }
            assertThat(redis).noneMatch(ProcessHandle::isAlive);
            assertThat(temporary).isEmptyDirectory();
            // Vert.x also calls a loop blocked that got no processor.
            assertThat(other.process().lines())
                    .filteredOn(line -> !line.contains("BlockedThreadChecker"))
                    .noneMatch(line -> line.contains("WARN") || line.contains("ERROR"));
        }
    }
}
