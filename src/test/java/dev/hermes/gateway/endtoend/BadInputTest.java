package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What no producer should send but some will: it harms nothing, is counted and kept, and the next event flows. */
class BadInputTest {

    private static final int MAX_EVENT_BYTES = 2 << 20;

    private static RunningGateway gateway;
    private static RedisProducer producer;
    private static Operator operator;
    private static SseConnection stream;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.with("HERMES_MAX_EVENT_BYTES", MAX_EVENT_BYTES).start();
        producer = new RedisProducer(gateway.redis().port());
        operator = new Operator(gateway);
        stream = SseConnection.open(gateway.port(), "/api/v1/events/stream", Jwt.header());
        stream.next("connected");
    }

    @AfterAll
    static void close() {
        stream.close();
        producer.close();
        gateway.close();
    }

    static Stream<Arguments> badMessages() {
        return Stream.of(
                bad("nothing", "not_json", ""),
                bad("no JSON", "not_json", "hello"),
                bad("half JSON", "not_json", json("{'type': 'queue_update', 'data': {'a'")),
                bad("two JSON texts", "not_json", good("queue_update") + good("queue_update")),
                bad("a string", "not_an_object", "\"queue_update\""),
                bad("an array", "not_an_object", "[" + good("queue_update") + "]"),
                bad("null", "not_an_object", "null"),
                bad("no type", "missing_type", json("{'data': {}}")),
                bad("no data", "missing_data", json("{'type': 'queue_update'}")),
                bad("a type that is a number", "wrong_type", json("{'type': 7, 'data': {}}")),
                bad("a type that is null", "wrong_type", json("{'type': null, 'data': {}}")),
                bad("data that is an array", "wrong_type", json("{'type': 'queue_update', 'data': []}")),
                bad("data that is null", "wrong_type", json("{'type': 'queue_update', 'data': null}")),
                bad("an empty type", "bad_type", good("")),
                bad("LF in the type", "bad_type", good("a\\ndata: forged")),
                bad("CR in the type", "bad_type", good("a\\rid: 1-1")),
                bad("NUL in the type", "bad_type", good("a\\u0000")),
                bad("a raw LF in the type", "not_json", good("a\nb")),
                bad("a type of 65 characters", "bad_type", good("a".repeat(65))),
                bad("error", "reserved_type", good("error")),
                bad("open", "reserved_type", good("open")),
                bad("message", "reserved_type", good("message")),
                bad("connected", "reserved_type", good("connected")),
                bad("heartbeat", "reserved_type", good("heartbeat")),
                bad("gap", "reserved_type", good("gap")),
                bad("closing", "reserved_type", good("closing")),
                bad("backend", "reserved_type", good("backend")),
                bad("unavailable", "reserved_type", good("unavailable")),
                bad("token_expiring", "reserved_type", good("token_expiring")),
                bad("deep nesting", "too_deep", data("{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000))),
                bad(
                        "deep nesting of arrays",
                        "too_deep",
                        data(json("{'a':%s%s}", "[".repeat(100_000), "]".repeat(100_000)))),
                bad("too many bytes", "too_large", data(json("{'a': '%s'}", "x".repeat(MAX_EVENT_BYTES)))),
                Arguments.of("an overlong slash", "invalid_utf8", invalid((byte) 0xC0, (byte) 0xAF)),
                Arguments.of("half a character", "invalid_utf8", invalid((byte) 0xE2, (byte) 0x82)),
                Arguments.of("a lone surrogate", "invalid_utf8", invalid((byte) 0xED, (byte) 0xA0, (byte) 0x80)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("badMessages")
    void isCountedAndKeptAndTheNextEventFlows(String what, String reason, byte[] message) {
        double before = rejected(reason);

        producer.send("PUBLISH".getBytes(UTF_8), "queue:updates".getBytes(UTF_8), message);
        producer.event("queue:updates", "queue_update", json("{'after': '%s'}", what))
                .sync();

        assertThat(stream.nextEvent().data()).isEqualTo(json("{'after': '%s'}", what));
        assertThat(rejected(reason)).isEqualTo(before + 1);
        await().untilAsserted(() -> assertThat(lastKept()).containsExactly("queue:updates", reason, kept(message)));
    }

    @Test
    void keepsTheNewestThousandOnly() {
        for (int number = 0; number < 1_200; number++) {
            producer.publish("system:notifications", "no JSON " + number);
        }
        producer.sync();

        await().untilAsserted(() ->
                assertThat(lastKept()).containsExactly("system:notifications", "not_json", "no JSON 1199"));
        assertThat(producer.send("XLEN", "hermes:rejected").sync()).containsExactly("1000");
    }

    @Test
    void deliversAMegabyteWhole() {
        String data = json("{'text': '%s'}", "0123456789abcdef".repeat(1 << 16));

        producer.event("system:notifications", "system_notification", data).sync();

        assertThat(stream.nextEvent().data()).isEqualTo(data);
    }

    @Test
    void breaksLinesWhereAProducerDid() {
        producer.event("system:notifications", "system_notification", json("{'a':\n1,\r\n'b':\r2}"))
                .sync();

        assertThat(stream.nextEvent().data()).isEqualTo(json("{'a':\n1,\n'b':\n2}"));
    }

    private static double rejected(String reason) {
        return operator.metric("hermes_events_rejected_total{reason=\"" + reason + "\"}");
    }

    /** Channel, reason and payload of the newest entry. */
    private static List<String> lastKept() {
        List<String> entry = producer.send("XREVRANGE", "hermes:rejected", "+", "-", "COUNT", "1")
                .sync();
        return entry.size() < 7 ? List.of() : List.of(entry.get(2), entry.get(4), entry.get(6));
    }

    private static String kept(byte[] message) {
        return new String(message, 0, Math.min(4_096, message.length), UTF_8);
    }

    private static Arguments bad(String what, String reason, String message) {
        return Arguments.of(what, reason, message.getBytes(UTF_8));
    }

    private static String good(String type) {
        return json("{'type': '%s', 'data': {'a': 1}}", type);
    }

    private static String data(String data) {
        return json("{'type': 'queue_update', 'data': %s}", data);
    }

    private static byte[] invalid(byte... bytes) {
        byte[] head = json("{'type': 'queue_update', 'data': {'a': '").getBytes(UTF_8);
        byte[] tail = "\"}}".getBytes(UTF_8);
        byte[] message = new byte[head.length + bytes.length + tail.length];
        System.arraycopy(head, 0, message, 0, head.length);
        System.arraycopy(bytes, 0, message, head.length, bytes.length);
        System.arraycopy(tail, 0, message, head.length + bytes.length, tail.length);
        return message;
    }
}
