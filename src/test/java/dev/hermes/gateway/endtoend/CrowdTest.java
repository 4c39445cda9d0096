package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.delivery.SseStream;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many clients: all get the same, and who is gone without a word leaves nothing behind. */
class CrowdTest {

    private static final String STREAM = "/api/v1/events/stream";

    private RunningGateway gateway;
    private RedisProducer producer;
    private Operator operator;

    @BeforeEach
    void start() {
        gateway = RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 1).start();
        producer = new RedisProducer(gateway.redis().port());
        operator = new Operator(gateway);
    }

    @AfterEach
    void close() {
        producer.close();
        gateway.close();
    }

    @Test
    void threeHundredStreamsAllGetTheSameEventsInOrder() {
        List<SseConnection> streams = new ArrayList<>();
        try {
            String jwt = Jwt.header();
            for (int stream = 0; stream < 300; stream++) {
                streams.add(SseConnection.open(gateway.port(), STREAM, jwt));
            }
            streams.forEach(stream -> stream.next("connected"));

            // As fast as both event loops keep up; connections go to them in turns.
            List<Frame> atFirst = new ArrayList<>();
            List<Frame> atTheOther = new ArrayList<>();
            for (int number = 0; number < 500; number++) {
                publish(number);
                if (number % 50 == 49) {
                    producer.sync();
                    atFirst.addAll(streams.get(0).nextEvents(50));
                    atTheOther.addAll(streams.get(1).nextEvents(50));
                }
            }

            assertThat(atFirst)
                    .extracting(Frame::data)
                    .isEqualTo(IntStream.range(0, 500)
                            .mapToObj(number -> json("{'number': %s}", number))
                            .toList());
            assertThat(atTheOther).isEqualTo(atFirst);
            assertThat(streams.subList(2, 300))
                    .allSatisfy(stream -> assertThat(stream.nextEvents(500)).isEqualTo(atFirst));
            assertThat(operator.metric("hermes_events_delivered_total{channel=\"queue:updates\"}"))
                    .isEqualTo(300.0 * 500);
        } finally {
            streams.forEach(SseConnection::close);
        }
    }

    @Test
    void aThousandClientsThatVanishLeaveNothingBehind() {
        int before = Instances.of(SseStream.class.getName());
        List<String> paths = List.of(
                STREAM, "/api/v1/events/queue", "/api/v1/events/downloads/d-1", STREAM + "?status=queued,completed");
        String jwt = Jwt.header();
        AtomicBoolean over = new AtomicBoolean();
        SseConnection pace = SseConnection.open(gateway.port(), STREAM, jwt);
        SseConnection paceOfTheOther = SseConnection.open(gateway.port(), STREAM, jwt);
        CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> publishWhileNot(over, pace, paceOfTheOther));
        try {
            for (int batch = 0; batch < 10; batch++) {
                List<SseConnection> streams = new ArrayList<>();
                for (int stream = 0; stream < 100; stream++) {
                    streams.add(SseConnection.open(gateway.port(), paths.get(stream % paths.size()), jwt));
                }
                assertThat(streams)
                        .allSatisfy(stream -> assertThat(stream.next().event()).isEqualTo("connected"));
                streams.forEach(SseConnection::reset);
            }
        } finally {
            over.set(true);
            traffic.join();
        }

        await().untilAsserted(() -> assertThat(operator.activeConnections()).isZero());
        assertThat(operator.metric("hermes_streams_open")).isZero();
        assertThat(operator.metric("hermes_streams_catching_up")).isZero();
        assertThat(operator.metric("hermes_streams_opened_total")).isEqualTo(1_002);
        assertThat(operator.metric("hermes_streams_closed_total{reason=\"client_gone\"}"))
                .isEqualTo(1_002);
        assertNobodyListensAnyMore();
        // On no wheel, in no index, waiting for nothing.
        await().untilAsserted(() ->
                assertThat(Instances.of(SseStream.class.getName())).isLessThanOrEqualTo(before));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingOfHttpStaysWithAnOpenStream(boolean nativeTransport) {
        try (RunningGateway fresh = RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", 30)
                .onNativeTransport(nativeTransport)
                .start()) {
            List<String> ofHttp = List.of(
                    "io.vertx.core.http.impl.Http1xServerConnection",
                    "io.vertx.core.http.impl.Http1xServerResponse",
                    "io.vertx.core.http.impl.VertxHttpRequestDecoder",
                    "io.vertx.ext.web.impl.RoutingContextImpl");
            List<Integer> before = ofHttp.stream().map(Instances::of).toList();
            List<SseConnection> streams = new ArrayList<>();
            try {
                for (int stream = 0; stream < 100; stream++) {
                    streams.add(SseConnection.open(fresh.port(), STREAM, Jwt.header()));
                }
                streams.forEach(stream -> stream.next("connected"));

                // Others are of tests that have just ended.
                await().untilAsserted(() -> {
                    for (int name = 0; name < ofHttp.size(); name++) {
                        assertThat(Instances.of(ofHttp.get(name)) - before.get(name))
                                .as(ofHttp.get(name))
                                .isLessThan(10);
                    }
                });
            } finally {
                streams.forEach(SseConnection::close);
            }
        }
    }

    @Test
    void waitingPollsThatVanishGiveTheirPlacesBack() {
        try (RunningGateway small =
                RunningGateway.with("HERMES_SSE_MAX_CONNECTIONS", 20).start()) {
            String jwt = Jwt.header();
            for (int round = 0; round < 5; round++) {
                List<RawRequest> polls = new ArrayList<>();
                await().pollInterval(Duration.ofMillis(20)).until(() -> {
                    // Some may find the place taken that the look at it takes.
                    for (int poll = 0; poll < 10; poll++) {
                        polls.add(RawRequest.send(small.port(), "/api/v1/events/poll?wait=30", jwt));
                    }
                    return isFull(small);
                });
                polls.forEach(RawRequest::reset);
                await().pollInterval(Duration.ofMillis(20)).until(() -> !isFull(small));
            }
        }
    }

    /** As fast as both event loops keep up: connections go to them in turns, so that each of the two has one. */
    private void publishWhileNot(AtomicBoolean over, SseConnection pace, SseConnection paceOfTheOther) {
        pace.next("connected");
        paceOfTheOther.next("connected");
        while (!over.get()) {
            producer.event("download:updates", "download_progress", json("{'download_id': 'd-1'}"));
            publish(0);
            producer.sync();
            pace.nextEvents(2);
            paceOfTheOther.nextEvents(2);
        }
        pace.close();
        paceOfTheOther.close();
    }

    private static boolean isFull(RunningGateway gateway) {
        try (SseConnection probe = SseConnection.open(gateway.port(), STREAM, Jwt.header())) {
            return probe.next().event().equals("unavailable");
        }
    }

    private void assertNobodyListensAnyMore() {
        double delivered = operator.metric("hermes_events_delivered_total{channel=\"queue:updates\"}");
        try (SseConnection last = SseConnection.open(gateway.port(), STREAM, Jwt.header())) {
            last.next("connected");
            publish(-1);
            producer.sync();
            assertThat(last.nextLogged().data()).isEqualTo(json("{'number': -1}"));
        }
        await().untilAsserted(() -> assertThat(operator.activeConnections()).isZero());
        assertThat(operator.metric("hermes_events_delivered_total{channel=\"queue:updates\"}"))
                .isEqualTo(delivered + 1);
    }

    private void publish(int number) {
        producer.event("queue:updates", "queue_update", json("{'number': %s}", number));
    }
}
