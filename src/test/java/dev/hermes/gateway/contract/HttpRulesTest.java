package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Http2Wire;
import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the specifications say that a server MUST do, by their sections. */
class HttpRulesTest {

    private static final String HEALTH = "/api/v1/events/health";
    private static final String GET = "GET " + HEALTH + " HTTP/1.1\r\n";
    private static final String HOST = "Host: localhost\r\n";
    private static final String POST = "POST /api/v1/events/publish HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey()
            + "\r\nContent-Type: application/json\r\n";

    private static final LogLines LOG = LogLines.capture();
    private static final RunningGateway GATEWAY = new RunningGateway.Settings().startWithoutRedis();

    /** Anybody could fill the log otherwise. Only once the gateway has ended has all been logged. */
    @AfterAll
    static void nothingOfItIsAnErrorOfTheGateway() {
        GATEWAY.close();
        LOG.close();
        assertThat(LOG.warnings()).isEmpty();
    }

    @ParameterizedTest(name = "RFC 9112 §{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "3.2 no Host | ''",
                "3.2 two Hosts | Host: localhost~Host: localhost~",
                "3.2 two different Hosts | Host: localhost~Host: example~",
                "3.2 a Host that can be none | Host: a b~",
                "3.2 a Host with a path | Host: localhost/x~",
                "5.1 blank before the colon | Host: localhost~X-A : b~",
                "6.3 a length that is none | Host: localhost~Content-Length: abc~",
                "6.3 a negative length | Host: localhost~Content-Length: -1~",
                "6.3 two different lengths | Host: localhost~Content-Length: 1~Content-Length: 2~",
                "6.3 a coding after chunked | Host: localhost~Transfer-Encoding: chunked, gzip~",
                "6.3 a coding that is not chunked | Host: localhost~Transfer-Encoding: gzip~",
            })
    void aMalformedHeadIsRefusedAndItsConnectionEnds(String section, String fields) {
        Http.Answer answer = Http.parse(
                Http.raw(GATEWAY.port(), GET + "Connection: close\r\n" + fields.replace("~", "\r\n") + "\r\n"));

        assertThat(answer.status()).as(section).isIn(400, 501);
        assertProblem(answer);
    }

    @ParameterizedTest(name = "RFC 9112 §7.1 chunk {0}")
    @ValueSource(strings = {"xyz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n0\r\n\r\n", "fffffffffffffffff\r\n{}"})
    void aMalformedChunkEndsTheConnection(String chunk) {
        String answer = Http.raw(GATEWAY.port(), POST + "Transfer-Encoding: chunked\r\n\r\n" + chunk);

        assertThat(answer).doesNotContain("HTTP/1.1 2", "HTTP/1.1 5");
    }

    /** RFC 9112 §6.1: a request with both is to be answered with care, and its connection ended: it may be smuggled. */
    @Test
    void lengthAndCodingTogetherEndTheConnection() {
        String smuggled = GET + HOST + "\r\n";
        String answer = Http.raw(
                GATEWAY.port(), POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled);

        assertThat(answer).doesNotContain("active_connections");
    }

    /** RFC 9112 §6.1: HTTP/1.0 knows no coding, so that the framing is at fault. */
    @Test
    void anHttp10RequestWithACodingEndsTheConnection() {
        String smuggled = GET + HOST + "\r\n";
        String answer = Http.raw(
                GATEWAY.port(),
                POST.replace("HTTP/1.1", "HTTP/1.0") + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n" + smuggled);

        assertThat(answer).doesNotContain("active_connections");
    }

    /** RFC 9112 §3.2.2: a server accepts the absolute form, whatever the host in it. */
    @Test
    void theAbsoluteFormIsAccepted() {
        assertThat(Http.request(GATEWAY.port(), "GET", "http://localhost" + HEALTH, null)
                        .status())
                .isEqualTo(200);
    }

    /** RFC 9112 §9.6. */
    @Test
    void aConnectionThatIsToCloseCloses() {
        String answers = Http.raw(GATEWAY.port(), (GET + HOST + "Connection: close\r\n\r\n").repeat(2));

        assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(2);
    }

    /** RFC 9112 §2.2: empty lines before a request are passed over. */
    @Test
    void emptyLinesBeforeARequestArePassedOver() {
        assertThat(Http.raw(GATEWAY.port(), "\r\n\r\n" + GET + HOST + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    /** RFC 9110 §5.5: a field value with NUL is malformed. */
    @Test
    void aNulInAFieldIsRefused() {
        assertProblem(Http.parse(Http.raw(GATEWAY.port(), GET + HOST + "X-A: a\0b\r\n\r\n")));
    }

    /** RFC 9110 §6.6.1: with a clock, in all 2xx, 3xx and 4xx. */
    @ParameterizedTest
    @ValueSource(strings = {HEALTH, "/nothing", "/api/v1/events/poll", "/hermes-events.js"})
    void anAnswerIsDated(String path) {
        Http.Answer answer = Http.request(GATEWAY.port(), "GET", path, null);

        assertThat(ZonedDateTime.parse(
                                Objects.requireNonNull(answer.header("Date")), DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant())
                .isBetween(
                        Instant.now().minus(1, ChronoUnit.MINUTES),
                        Instant.now().plus(1, ChronoUnit.MINUTES));
    }

    /** RFC 9110 §9.3.2: HEAD is never answered with content; §15.5.6: a 405 names what is allowed. */
    @Test
    void headHasNoContentAndAWrongMethodIsToldWhichAreRight() {
        assertThat(Http.request(GATEWAY.port(), "HEAD", "/nothing", null).body())
                .isEmpty();
        assertThat(Http.request(GATEWAY.port(), "PUT", HEALTH, null).header("Allow"))
                .isEqualTo("GET, HEAD");
    }

    /** RFC 9110 §11.6.1 and RFC 6750 §3: a 401 has a challenge. */
    @ParameterizedTest
    @ValueSource(strings = {"X-None: x", "Authorization: Bearer wrong", "Authorization: Basic eDp5", "Authorization:"})
    void a401HasAChallenge(String authorization) {
        Http.Answer answer = Http.get(GATEWAY.port(), "/poll", authorization);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
    }

    /** RFC 9110 §11.1, RFC 6750 §2.1: the scheme's name is of any case. */
    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "bearer", "BEARER"})
    void theSchemeIsOfAnyCase(String scheme) {
        assertThat(Http.get(GATEWAY.port(), "/poll", "Authorization: " + scheme + " " + RunningGateway.API_KEY)
                        .status())
                .isEqualTo(200);
    }

    /** RFC 6750 §2.1: one blank or more between the scheme and a credential of one word. */
    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer two words", "Bearer a,b", "Bearer \"quoted\"", "Bearerx y"})
    void whatIsNoBearerCredentialIsA401(String authorization) {
        Http.Answer answer = Http.get(GATEWAY.port(), "/poll", "Authorization: " + authorization);

        assertThat(answer.status()).isEqualTo(401);
        assertProblem(answer);
    }

    /** RFC 6750 §2.3 and §5.3: who may read an answer by a token in its address is nobody else; no cache keeps it. */
    @ParameterizedTest
    @ValueSource(strings = {"/queue", "/stream"})
    void whatACredentialOpensIsKeptByNoSharedCache(String path) {
        try (SseConnection answer = SseConnection.open(GATEWAY.port(), "/api/v1/events" + path, Http.apiKey())) {
            assertThat(answer.header("Cache-Control")).containsAnyOf("no-store", "private", "no-cache");
        }
    }

    /** RFC 9113 §8.3.1: with neither :authority nor Host nobody knows who is meant. */
    @Test
    void anHttp2RequestWithoutAuthorityIsA400() throws IOException {
        try (Http2Wire wire = Http2Wire.connect(GATEWAY.port())) {
            wire.get(1, HEALTH, "", "");
            assertThat(wire.next(Http2Wire.DATA, 1).payload().toString(StandardCharsets.UTF_8))
                    .contains("\"detail\":");
        }
    }

    /**
     * RFC 9113 §8.1.1: a malformed request is a stream error, of which no other stream hears. §8.2.1: a field's name has no
     * capital letter; §8.2.2: none is of the connection, and te says nothing but trailers; §8.3: pseudo-header fields are
     * those defined for a request, before all others; §8.3.1: each once, none missing, and a path that is not empty; §8.1.1:
     * a body as long as its content-length says.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ":method GET,:scheme http,:path /health,:authority a,Capital x",
                ":method GET,:scheme http,:path /health,:authority a,connection close",
                ":method GET,:scheme http,:path /health,:authority a,keep-alive x",
                ":method GET,:scheme http,:path /health,:authority a,proxy-connection x",
                ":method GET,:scheme http,:path /health,:authority a,transfer-encoding chunked",
                ":method GET,:scheme http,:path /health,:authority a,upgrade x",
                ":method GET,:scheme http,:path /health,:authority a,te gzip",
                ":method GET,:scheme http,:path /health,:authority a,:other x",
                ":method GET,:scheme http,:path /health,:authority a,:status 200",
                ":method GET,:scheme http,:path /health,x y,:authority a",
                ":method GET,:scheme http,:path /health,:path /health,:authority a",
                ":method GET,:method GET,:scheme http,:path /health,:authority a",
                ":scheme http,:path /health,:authority a",
                ":method GET,:path /health,:authority a",
                ":method GET,:scheme http,:authority a",
                ":method GET,:scheme http,:path ,:authority a",
                ":method GET,:scheme http,:path /health,:authority a,content-length 5"
            })
    void aMalformedHttp2RequestEndsItsStreamOnly(String fields) throws IOException {
        try (Http2Wire wire = Http2Wire.connect(GATEWAY.port())) {
            wire.request(1, fields.split(","));
            wire.next(Http2Wire.RST_STREAM, 1);
            wire.get(3, HEALTH, "localhost", "");
            assertThat(wire.next(Http2Wire.DATA, 3).payload().toString(StandardCharsets.UTF_8))
                    .contains("active_connections");
        }
    }

    /** RFC 9113 §5.1.1: a client's streams have odd numbers; else the connection ends. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 6})
    void aStreamThatIsNoClientsEndsTheConnection(int stream) throws IOException {
        try (Http2Wire wire = Http2Wire.connect(GATEWAY.port())) {
            wire.get(5, HEALTH, "localhost", "");
            wire.next(Http2Wire.DATA, 5);
            wire.get(stream, HEALTH, "localhost", "");
            wire.untilClosed();
        }
    }

    /** RFC 9113 §5.1.2, §10.5: as many may leave as there may be; a client that opens and resets without end is cut. */
    @Test
    void streamsThatEndCutNobodyAndRapidResetIsCut() throws IOException {
        try (Http2Wire wire = Http2Wire.connect(GATEWAY.port())) {
            int stream = reset(wire, 1, 1_000);
            wire.get(stream, HEALTH, "localhost", "");
            assertThat(wire.next(Http2Wire.DATA, stream).payload().toString(StandardCharsets.UTF_8))
                    .contains("active_connections");
            try {
                reset(wire, stream + 2, 20_000);
            } catch (IOException cut) {
                // While it still sent.
            }
            wire.untilClosed();
        }
    }

    private static int reset(Http2Wire wire, int first, int count) throws IOException {
        int stream = first;
        for (int each = 0; each < count; each++, stream += 2) {
            wire.get(stream, "/api/v1/events/queue", "localhost", "Bearer " + RunningGateway.API_KEY);
            wire.send(Http2Wire.frame(Http2Wire.RST_STREAM, 0, stream, 0, 0, 0, 8));
        }
        return stream;
    }

    /** RFC 9112 §9.3: a body that is not read to its end takes its connection with it. */
    @Test
    void aBodyThatIsRefusedEndsTheConnection() throws IOException {
        try (Socket socket = Http.connect(GATEWAY.port())) {
            socket.getOutputStream()
                    .write((POST.replace(Http.apiKey() + "\r\n", "") + "Content-Length: 400000000\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = Http.untilEnd(socket);

            assertThat(answer).startsWith("HTTP/1.1 401 ").containsIgnoringCase("connection: close");
        }
    }

    private static void assertProblem(Http.Answer answer) {
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.detail()).isNotEmpty();
    }
}
