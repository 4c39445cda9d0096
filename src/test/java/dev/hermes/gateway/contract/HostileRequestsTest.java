package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are broken or mean to harm: each is answered or cut off, and nobody else notices. */
class HostileRequestsTest {

    private static final String POST = "POST " + Http.EVENTS + "/publish HTTP/1.1\r\nHost: localhost\r\n"
            + "Connection: close\r\nContent-Type: application/json\r\n";

    private static final LogLines LOG = LogLines.capture();

    private static final RunningGateway GATEWAY =
            RunningGateway.with("HERMES_MAX_EVENT_BYTES", 100_000).startWithoutRedis();

    /** Anybody could fill the log otherwise. Only once the gateway has ended has all been logged. */
    @AfterAll
    static void nothingOfItIsAnErrorOfTheGateway() {
        GATEWAY.close();
        LOG.close();
        assertThat(LOG.warnings()).isEmpty();
    }

    @AfterEach
    void everybodyElseIsServedAndNothingIsLeftBehind() {
        try (SseConnection stream = SseConnection.open(GATEWAY.port(), Http.EVENTS + "/queue", Http.apiKey())) {
            assertThat(stream.next().event()).isEqualTo("connected");
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                Http.get(GATEWAY.port(), "/health").json().getInteger("active_connections"))
                        .isZero());
    }

    @Test
    void anEndlessBodyIsCutOffWith413() throws IOException {
        String answer = sendEndlessChunks(POST + Http.apiKey() + "\r\nTransfer-Encoding: chunked\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("{\"detail\":\"Request body too large\",");
    }

    @Test
    void anEndlessBodyWithoutCredentialIsAnswered401() throws IOException {
        String answer = sendEndlessChunks(POST + "Transfer-Encoding: chunked\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 401 ");
    }

    @Test
    void aBodySaidToBeTooLargeIsRefusedBeforeItIsSent() throws IOException {
        try (Socket socket = Http.connect(GATEWAY.port())) {
            write(socket, POST + Http.apiKey() + "\r\nContent-Length: 100000000000\r\n\r\n");

            assertThat(Http.readUntil(socket, "\r\n\r\n")).startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    void aClientThatAsksBeforeItSendsIsToldToGoOn() throws IOException {
        String body = "{\"channel\":\"queue:updates\",\"type\":\"t\",\"data\":{}}";
        try (Socket socket = Http.connect(GATEWAY.port())) {
            write(
                    socket,
                    POST + Http.apiKey() + "\r\nExpect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n");
            assertThat(Http.readUntil(socket, "\r\n\r\n")).startsWith("HTTP/1.1 100 ");
            write(socket, body);

            assertThat(Http.untilEnd(socket)).startsWith("HTTP/1.1 202 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "G",
                "GET /api/v1/events/queue HTTP/1.1\r\nHost: loc",
                "POST /api/v1/events/publish HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-api-key\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"chan",
                "POST /api/v1/events/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-api-key\r\n"
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"s"
            })
    void aRequestThatStopsHalfwayHarmsNobody(String half) throws IOException {
        try (Socket socket = Http.connect(GATEWAY.port())) {
            write(socket, half);
            socket.shutdownOutput();

            assertThat(Http.untilEnd(socket)).doesNotContain("HTTP/1.1 2");
        }
    }

    @Test
    void bytesOfNoMeaningAreAnsweredOrCutOff() {
        Random random = new Random(17);
        for (int round = 0; round < 50; round++) {
            byte[] garbage = new byte[1 + random.nextInt(40_000)];
            random.nextBytes(garbage);
            garbage[garbage.length - 1] = '\n';
            // An HTTP parser passes over control characters in front, and may take the rest for the start of a line.
            garbage[0] = (byte) ('A' + random.nextInt(26));

            assertThat(rawThenEnd(garbage)).doesNotContain("HTTP/1.1 2", "Exception", "<html");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        String request = "GET " + Http.EVENTS + "/%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n";
        String answers = Http.raw(
                GATEWAY.port(),
                String.format(request, "health", "")
                        + String.format(request, "nothing", "")
                        + String.format(request, "poll", Http.apiKey() + "\r\n")
                        + String.format(request, "queue", "Connection: close\r\n"));

        assertThat(answers.replaceAll("(?s)HTTP/1\\.1 (\\d+).*?(?=HTTP/1\\.1|$)", "$1 "))
                .isEqualTo("200 404 200 401 ");
    }

    @Test
    void requestsPipelinedBehindAStreamWaitForItsEnd() throws IOException {
        String stream = "GET " + Http.EVENTS + "/queue HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey() + "\r\n\r\n";
        try (Socket socket = Http.connect(GATEWAY.port())) {
            write(socket, stream + "GET " + Http.EVENTS + "/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(Http.readUntil(socket, "\n\n")).contains("event: connected");
            Http.publish(GATEWAY.port(), "queue:updates", "queue_update", "{}");

            assertThat(Http.readUntil(socket, "\n\n"))
                    .contains("event: queue_update")
                    .doesNotContain("HTTP/1.1");
        }
    }

    @Test
    void aClientThatResetsWithARequestBehindAStreamIsNoErrorOfTheGateway() throws IOException {
        String stream = "GET " + Http.EVENTS + "/queue HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey() + "\r\n\r\n";
        try (Socket socket = Http.connect(GATEWAY.port())) {
            write(socket, stream + "GET " + Http.EVENTS + "/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(Http.readUntil(socket, "\n\n")).contains("event: connected");
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
    }

    @Test
    void aStreamRequestMayHaveABodyThatNobodyReads() {
        try (SseConnection stream = SseConnection.send(
                GATEWAY.port(),
                "GET " + Http.EVENTS + "/queue HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey()
                        + "\r\nContent-Length: 5\r\n\r\nhello")) {
            assertThat(stream.next().event()).isEqualTo("connected");
        }
    }

    @Test
    void bytesSentBehindAnOpenStreamDoNotDisturbIt() throws IOException {
        try (Socket socket = Http.connect(GATEWAY.port())) {
            write(
                    socket,
                    "GET " + Http.EVENTS + "/system HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey() + "\r\n\r\n");
            assertThat(Http.readUntil(socket, "\n\n")).contains("event: connected");
            write(socket, "this is no request\r\n\r\n");
            Http.publish(GATEWAY.port(), "system:notifications", "system_notification", "{}");

            assertThat(Http.readUntil(socket, "\n\n"))
                    .contains("event: system_notification")
                    .doesNotContain("HTTP/1.1");
        }
    }

    /** A reset on the way is an end, too. */
    private static String rawThenEnd(byte[] bytes) {
        try (Socket socket = Http.connect(GATEWAY.port())) {
            try {
                socket.getOutputStream().write(bytes);
                socket.shutdownOutput();
            } catch (SocketException cutOff) {
                return "";
            }
            return Http.untilEnd(socket);
        } catch (IOException failure) {
            throw new AssertionError("neither answered nor cut off", failure);
        }
    }

    /** At most 64 MiB, which no gateway should take. */
    private static String sendEndlessChunks(String head) throws IOException {
        byte[] chunk = ("2000\r\n" + " ".repeat(0x2000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = Http.connect(GATEWAY.port())) {
            write(socket, head);
            OutputStream out = socket.getOutputStream();
            try {
                for (int sent = 0; sent < 8_192 && socket.getInputStream().available() == 0; sent++) {
                    out.write(chunk);
                }
            } catch (SocketException cutOff) {
                // The answer came before that.
            }
            return Http.readUntil(socket, "}");
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }
}
