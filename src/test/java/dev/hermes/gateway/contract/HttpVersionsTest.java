package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Old and new clients: HTTP/1.0, HTTP/2 in clear text, HEAD, and those that would like compression. */
class HttpVersionsTest {

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.started();

    @Test
    void anHttp10ClientGetsAStreamWithoutChunks() {
        try (SseConnection stream = http10(GATEWAY, "/queue", "X-Old: client")) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Transfer-Encoding")).isNull();
            assertThat(stream.next().event()).isEqualTo("connected");
            Http.publish(GATEWAY.port(), "queue:updates", "queue_update", "{}");
            assertThat(stream.nextEvent().event()).isEqualTo("queue_update");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection: close", "Connection: keep-alive"})
    void anHttp10StreamEndsWithItsConnection(String connection) {
        try (RunningGateway brief =
                        RunningGateway.with("HERMES_SSE_CONNECTION_TIMEOUT", 1).startWithoutRedis();
                SseConnection stream = http10(brief, "/queue", connection)) {
            assertThat(stream.untilEnd(Duration.ofSeconds(10)))
                    .last()
                    .satisfies(frame -> assertThat(frame.event()).isEqualTo("closing"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/stream", "/queue", "/stats", "/system", "/downloads/d-1"})
    void headAnswersLikeGetWithoutOpeningAStream(String route) {
        Http.Answer answer = Http.request(GATEWAY.port(), "HEAD", Http.EVENTS + route, null, Http.apiKey());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/event-stream; charset=utf-8");
        assertThat(answer.header("Last-Event-ID")).isNotEmpty();
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/poll", "/health"})
    void headAnswersLikeGetWithoutABody(String route) {
        Http.Answer answer = Http.request(GATEWAY.port(), "HEAD", Http.EVENTS + route, null, Http.apiKey());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void headIsRefusedWhereGetIs() {
        Http.Answer answer = Http.request(GATEWAY.port(), "HEAD", Http.EVENTS + "/queue", null);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aStreamIsNeverCompressed() {
        try (SseConnection stream = SseConnection.open(
                GATEWAY.port(),
                Http.EVENTS + "/queue",
                Http.apiKey(),
                "Accept-Encoding: gzip, deflate, br, zstd, identity;q=0")) {
            assertThat(stream.header("Content-Encoding")).isNull();
            assertThat(stream.next().event()).isEqualTo("connected");
        }
    }

    @Test
    void http2WithPriorKnowledgeGetsAStreamEventByEvent() throws InterruptedException {
        BlockingQueue<String> parts = new LinkedBlockingQueue<>();
        HttpClient client = GATEWAY.vertx()
                .createHttpClient(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false));
        HttpClientResponse response = await(client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost("127.0.0.1")
                        .setPort(GATEWAY.port())
                        .setURI(Http.EVENTS + "/system")
                        .putHeader("Authorization", "Bearer " + RunningGateway.API_KEY))
                .compose(request -> request.send())
                .map(answer -> answer.handler(part -> parts.add(part.toString()))));
        try {
            assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
            assertThat(response.getHeader("content-type")).isEqualTo("text/event-stream; charset=utf-8");
            assertThat(next(parts)).contains("event: connected\n");
            for (int event = 0; event < 3; event++) {
                Http.publish(GATEWAY.port(), "system:notifications", "system_notification", "{\"n\":" + event + "}");
                assertThat(next(parts)).endsWith("event: system_notification\ndata: {\"n\":" + event + "}\n\n");
            }
        } finally {
            await(client.close());
        }
    }

    /** RFC 9110 §7.8 and RFC 9113 §3.1; odd ones, too, which are no reason to refuse a request. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                "Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: !\r\n",
                "Host:\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n",
                "Host: localhost\r\nUpgrade: h2c\r\n"
            })
    void anOfferToGoOnInHttp2IsPassedOver(String offer) {
        String answers = Http.raw(
                GATEWAY.port(),
                ("GET " + Http.EVENTS + "/health HTTP/1.1\r\n" + offer + "\r\n")
                        + ("GET " + Http.EVENTS + "/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));

        assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(3);
    }

    /** The first bytes of a connection may come one by one, whichever HTTP they begin. */
    @Test
    void aRequestMayComeByteByByte() throws IOException {
        try (Socket socket = Http.connect(GATEWAY.port())) {
            socket.setTcpNoDelay(true);
            String request = "PUT " + Http.EVENTS + "/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            for (byte each : request.getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(each);
            }
            assertThat(Http.untilEnd(socket)).startsWith("HTTP/1.1 405 ");
        }
    }

    private static String next(BlockingQueue<String> parts) throws InterruptedException {
        String part = parts.poll(10, TimeUnit.SECONDS);
        assertThat(part).as("something within ten seconds").isNotNull();
        return part;
    }

    private static SseConnection http10(RunningGateway gateway, String path, String header) {
        return SseConnection.send(
                gateway.port(),
                "GET " + Http.EVENTS + path + " HTTP/1.0\r\n" + header + "\r\n" + Http.apiKey() + "\r\n\r\n");
    }
}
