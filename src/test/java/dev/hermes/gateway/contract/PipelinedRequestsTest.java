package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RunningGateway;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Scanner;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests sent behind others on one HTTP/1 connection: each waits for its turn, few can wait behind an answer that is held,
 * and whoever leaves gives its place back at once. On either transport.
 */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class PipelinedRequestsTest {

    /** Far below the interval of heartbeats, with which a client that is gone is noticed in any case, and a poll's wait. */
    private static final Duration SOON = Duration.ofSeconds(15);

    private static final String HEALTH = request("health");

    @Parameter
    private boolean nativeTransport;

    @AutoClose
    private final LogLines log = LogLines.capture();

    private RunningGateway start(String name, Object value) {
        return RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 1)
                .with("HERMES_SSE_HEARTBEAT_INTERVAL", 30)
                .with(name, value)
                .onNativeTransport(nativeTransport)
                .startWithoutRedis();
    }

    /** With one place. */
    private RunningGateway start() {
        return start("HERMES_SSE_CONNECTION_TIMEOUT", 0);
    }

    @AfterEach
    void nothingOfItIsAFaultOfTheGateway() {
        assertThat(log.warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 8})
    void aClientThatLeavesGivesItsPlaceBackWhateverWaitsBehindItsStream(int behind) throws IOException {
        for (boolean reset : new boolean[] {false, true}) {
            try (RunningGateway gateway = start()) {
                Socket client = opened(gateway, request("queue") + HEALTH.repeat(behind));
                leave(client, reset);
                assertThatThePlaceIsFree(gateway);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1_000, 60_000})
    void aClientThatLeavesGivesItsPlaceBackWithHalfABodyBehindItsStream(int sent) throws IOException {
        for (boolean reset : new boolean[] {false, true}) {
            try (RunningGateway gateway = start()) {
                Socket client = opened(gateway, request("queue") + publish(1_000_000) + " ".repeat(sent));
                leave(client, reset);
                assertThatThePlaceIsFree(gateway);
            }
        }
    }

    @Test
    void aClientThatLeavesGivesItsPlaceBackWhateverWaitedBeforeItsStream() throws IOException {
        for (boolean reset : new boolean[] {false, true}) {
            try (RunningGateway gateway = start("HERMES_SSE_MAX_CONNECTIONS", 2)) {
                Socket client = opened(gateway, request("poll").repeat(20) + request("queue") + HEALTH);
                leave(client, reset);
                assertThatThePlaceIsFree(gateway);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 10, 3_000})
    void moreThanEightRequestsBehindAStreamEndItsConnection(int behind) throws IOException {
        try (RunningGateway gateway = start();
                Socket client = Http.connect(gateway.port())) {
            writeAsFarAsItIsTaken(client, request("queue") + HEALTH.repeat(behind));

            assertThat(Http.untilEnd(client)).doesNotContain("active_connections");
            assertThatThePlaceIsFree(gateway);
            assertThat(log.all()).anyMatch(line -> line.contains("DEBUG") && line.contains("reason=pipelined"));
        }
    }

    @Test
    void requestsThatComeOneByOneBehindAStreamEndItsConnectionToo() throws IOException {
        try (RunningGateway gateway = start();
                Socket client = opened(gateway, request("queue"))) {
            writeUntilCutOff(client, HEALTH);

            assertThatThePlaceIsFree(gateway);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000000000", "Transfer-Encoding: chunked"})
    void aLongBodyBehindAStreamEndsItsConnection(String framing) throws IOException {
        try (RunningGateway gateway = start();
                Socket client = opened(
                        gateway,
                        request("queue") + "POST " + Http.EVENTS + "/publish HTTP/1.1\r\nHost: localhost\r\n" + framing
                                + "\r\n\r\n")) {
            writeUntilCutOff(client, "1\r\n1\r\n".repeat(100));

            assertThatThePlaceIsFree(gateway);
        }
    }

    @Test
    void longHeadsBehindAStreamEndItsConnection() throws IOException {
        try (RunningGateway gateway = start();
                Socket client = Http.connect(gateway.port())) {
            writeAsFarAsItIsTaken(
                    client,
                    request("queue")
                            + request("health", "X: " + "x".repeat(30_000)).repeat(5));

            assertThat(Http.untilEnd(client)).doesNotContain("active_connections");
            assertThatThePlaceIsFree(gateway);
        }
    }

    @Test
    void eightRequestsBehindAStreamAreAnsweredWhenItHasEnded() throws IOException {
        try (RunningGateway gateway = start();
                Socket client =
                        opened(gateway, request("queue") + HEALTH.repeat(7) + request("health", "Connection: close"))) {
            Http.endTheStream(gateway);

            String all = Http.untilEnd(client);
            assertThat(all.split("HTTP/1\\.1 200", -1)).hasSize(9);
            assertThat(all.indexOf("event: closing")).isLessThan(all.indexOf("active_connections"));
        }
    }

    @Test
    void requestsThatComeLaterBehindAStreamAreAnsweredWhenItHasEndedToo() throws IOException {
        try (RunningGateway gateway = start();
                Socket client = opened(gateway, request("queue"))) {
            write(client, HEALTH.substring(0, 20));
            write(client, HEALTH.substring(20) + HEALTH + request("health", "Connection: close"));
            Http.endTheStream(gateway);

            String all = Http.untilEnd(client);
            assertThat(all.split("HTTP/1\\.1 200", -1)).hasSize(4);
            assertThat(all.indexOf("event: closing")).isLessThan(all.indexOf("active_connections"));
        }
    }

    @Test
    void aConnectionCarriesOneStreamAfterTheOther() throws IOException {
        try (RunningGateway gateway = start();
                Socket client = Http.connect(gateway.port())) {
            for (int number = 0; number < 3; number++) {
                write(client, request("queue"));
                assertThat(Http.readUntil(client, "event: connected\n")).startsWith("HTTP/1.1 200");
                String data = "{\"n\":" + number + "}";
                Http.publish(gateway.port(), "queue:updates", "queue_update", data);
                Http.readUntil(client, data);
                Http.endTheStream(gateway);
                Http.readUntil(client, "\r\n0\r\n\r\n");
            }
            write(client, request("health", "Connection: close"));
            assertThat(Http.untilEnd(client)).contains("\"active_connections\":0");
        }
    }

    @Test
    void aClientThatLeavesGivesItsPlaceBackWhateverWaitsBehindItsPoll() throws IOException {
        for (String behind : new String[] {"", HEALTH, HEALTH.repeat(8), publish(1_000_000) + " ".repeat(60_000)}) {
            for (boolean reset : new boolean[] {false, true}) {
                try (RunningGateway gateway = start()) {
                    Socket client = Http.connect(gateway.port());
                    write(client, HEALTH + request("poll?wait=30") + behind);
                    Http.readUntil(client, "}");
                    Http.awaitWaitingPolls(gateway, 1);
                    assertThat(poll(gateway)).isEqualTo(503);
                    leave(client, reset);
                    assertThatThePlaceIsFree(gateway);
                }
            }
        }
    }

    /** In two places: the first poll's is still taken when the next one begins. */
    @Test
    void aPollDoesNotWaitWithMoreThanEightRequestsBehindIt() throws IOException {
        try (RunningGateway gateway = start("HERMES_SSE_MAX_CONNECTIONS", 2);
                Socket client = Http.connect(gateway.port())) {
            write(
                    client,
                    request("poll?wait=30").repeat(3) + HEALTH.repeat(20) + request("health", "Connection: close"));

            // Within a socket's patience, of which a single wait would be three times as much.
            String all = Http.untilEnd(client);
            assertThat(all.split("\"last_id\"", -1)).hasSize(4);
            assertThat(all.split("active_connections", -1)).hasSize(22);
            assertThat(all.lastIndexOf("last_id")).isLessThan(all.indexOf("active_connections"));
        }
    }

    /** Of a few bytes and of many, so that each bound is met, again and again. */
    @ParameterizedTest
    @ValueSource(ints = {10, 20_000})
    void anyNumberOfRequestsBehindOrdinaryOnesAreAnsweredInOrder(int bytes) throws IOException {
        try (RunningGateway gateway = start();
                Socket client = Http.connect(gateway.port())) {
            StringBuilder all = new StringBuilder();
            IntStream.range(0, 200).forEach(number -> {
                String event =
                        "{\"channel\":\"queue:updates\",\"type\":\"t\",\"data\":{\"n\":\"" + "n".repeat(bytes) + "\"}}";
                all.append(publish(event.length())).append(event).append(request("poll?limit=1&after=none" + number));
            });
            Thread writer = new Thread(() -> {
                try {
                    write(client, all + request("health", "Connection: close"));
                } catch (IOException failure) {
                    throw new AssertionError("cut off", failure);
                }
            });
            writer.start();

            String[] answers = Http.untilEnd(client).split("HTTP/1\\.1 ", -1);
            assertThat(answers).hasSize(402);
            IntStream.range(0, 200).forEach(number -> {
                assertThat(answers[1 + 2 * number]).startsWith("202 ");
                assertThat(answers[2 + 2 * number]).startsWith("400 ").contains("none" + number);
            });
        }
    }

    /** Of answers that are much larger than their requests, as a file for browsers is that is not taken compressed. */
    @Test
    void aClientThatDoesNotReadIsAnsweredNoFurtherUntilItDoes() throws Exception {
        int requests = 1_000;
        try (RunningGateway gateway = start();
                Socket client = Http.connect(gateway.port())) {
            String large = "GET /hermes-events.js.map HTTP/1.1\r\nHost: localhost\r\n\r\n";
            long before = PlatformDependent.usedDirectMemory();
            Thread writer = new Thread(() -> {
                try {
                    write(client, large.repeat(requests) + request("health", "Connection: close"));
                } catch (IOException failure) {
                    throw new AssertionError("cut off", failure);
                }
            });
            writer.start();
            client.setSoTimeout(20_000);
            assertThat(client.getInputStream().read()).isEqualTo('H');

            // Each is a turn of every loop, of which one would do to answer all.
            for (int turn = 0; turn < 50; turn++) {
                assertThat(open(gateway)).isZero();
            }
            assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(32 << 20);

            assertThat(new Scanner(client.getInputStream(), StandardCharsets.ISO_8859_1)
                            .useDelimiter("HTTP/1\\.1 200")
                            .tokens())
                    .hasSize(requests + 1)
                    .last()
                    .asString()
                    .contains("active_connections");
        }
    }

    private static String request(String path, String... headers) {
        return "GET " + Http.EVENTS + "/" + path + " HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey() + "\r\n"
                + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n") + "\r\n";
    }

    private static String publish(int length) {
        return "POST " + Http.EVENTS + "/publish HTTP/1.1\r\nHost: localhost\r\n" + Http.apiKey()
                + "\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n";
    }

    /** With a stream on it, in the only place there is. */
    private static Socket opened(RunningGateway gateway, String bytes) throws IOException {
        Socket client = Http.connect(gateway.port());
        write(client, bytes);
        Http.readUntil(client, "event: connected\n");
        Http.readUntil(client, "\n\n");
        Awaitility.await().atMost(SOON).until(() -> open(gateway) == 1);
        return client;
    }

    /** Having read all there is, since otherwise every leaving is a reset. */
    private static void leave(Socket client, boolean reset) throws IOException {
        if (reset) {
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
            client.close();
        } else {
            client.shutdownOutput();
            Http.untilEnd(client);
            client.close();
        }
    }

    /** Once in the life of a gateway: the place that is found free is this poll's own for a moment after its answer. */
    private static void assertThatThePlaceIsFree(RunningGateway gateway) {
        Awaitility.await().atMost(SOON).until(() -> open(gateway) == 0 && poll(gateway) == 200);
    }

    private static int open(RunningGateway gateway) {
        return Http.get(gateway.port(), "/health").json().getInteger("active_connections");
    }

    private static int poll(RunningGateway gateway) {
        return Http.get(gateway.port(), "/poll", Http.apiKey()).status();
    }

    private static void writeUntilCutOff(Socket client, String bytes) {
        Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(1)).until(() -> {
            try {
                write(client, bytes);
                return false;
            } catch (SocketException cutOff) {
                return true;
            }
        });
    }

    /** The connection may be cut before all is written. */
    private static void writeAsFarAsItIsTaken(Socket client, String text) throws IOException {
        try {
            write(client, text);
        } catch (SocketException cutOff) {
            // What came by then can be read all the same.
        }
    }

    private static void write(Socket client, String text) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
