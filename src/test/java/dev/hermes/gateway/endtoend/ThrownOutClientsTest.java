package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import dev.hermes.gateway.fixture.SteadyProducer;
import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redis throws clients out, while producers go on publishing. */
class ThrownOutClientsTest {

    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pubsub", "normal"})
    void whatALoneGatewayMissesIsDeclared(String type) {
        try (SseConnection stream = open(log.gateway(), null);
                SteadyProducer producer = SteadyProducer.start(log.redis().port())) {
            List<Frame> came = new ArrayList<>(stream.nextEvents(20));
            for (int time = 0; time < 2; time++) {
                log.ask("CLIENT", "KILL", "TYPE", type);
                List<Frame> told = upTo("up", stream);
                assertThat(told)
                        .filteredOn(frame -> frame.event().equals("backend"))
                        .extracting(RedisLogFixture::state)
                        .containsExactly("down", "up");
                came.addAll(told);
                came.addAll(upTo("gap", stream));
                came.addAll(stream.nextEvents(20));
            }
            int last = producer.stop();
            while (!came.get(came.size() - 1).data().equals(data(last))) {
                came.add(stream.nextEvent());
            }
            producer.assertDeliveredOrDeclared(came);
        }
    }

    @Test
    void whatOneGatewayIsDeafToTheOtherHears() {
        log.gateway();
        String deaf = subscriber(List.of());
        RunningGateway second = log.gateway();
        assertThat(subscriber(List.of(deaf))).isNotEqualTo(deaf);
        try (SseConnection stream = open(second, null);
                SteadyProducer producer = SteadyProducer.start(log.redis().port())) {
            List<Frame> came = new ArrayList<>(stream.nextEvents(20));
            Pace pace = Pace.start();
            int first = new JsonObject(came.get(0).data()).getInteger("n");
            log.ask("CLIENT", "KILL", "ID", deaf);
            came.addAll(stream.nextEvents(200));
            await().until(() -> subscribers().size() == 2);
            int last = producer.stop();
            while (!came.get(came.size() - 1).data().equals(data(last))) {
                came.add(stream.nextEvent());
            }
            if (pace.undisturbed()) {
                assertThat(came).extracting(Frame::event).containsOnly("queue_update");
            }
            // Back and not answered in time, it has to declare that it was deaf; nothing is missing all the same.
            assertThat(came)
                    .filteredOn(frame -> !frame.event().equals("gap"))
                    .extracting(Frame::data)
                    .isEqualTo(IntStream.rangeClosed(first, last)
                            .mapToObj(RedisLogFixture::data)
                            .toList());
            producer.assertDeliveredOrDeclared(came);
        }
    }

    private static List<Frame> upTo(String word, SseConnection stream) {
        List<Frame> came = new ArrayList<>();
        Frame frame;
        do {
            frame = stream.nextEvent();
            came.add(frame);
        } while (!frame.event().equals(word)
                && !(frame.event().equals("backend")
                        && RedisLogFixture.state(frame).equals(word)));
        return came;
    }

    private String subscriber(List<String> but) {
        return subscribers().stream()
                .filter(id -> !but.contains(id))
                .findFirst()
                .orElseThrow();
    }

    private List<String> subscribers() {
        return log.ask("CLIENT", "LIST", "TYPE", "pubsub")
                .get(0)
                .lines()
                .map(line -> line.substring("id=".length(), line.indexOf(' ')))
                .toList();
    }
}
