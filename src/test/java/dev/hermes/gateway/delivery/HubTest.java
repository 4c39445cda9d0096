package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.log.Cursor;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/**
 * A hub on a loop of its own, with everything in the test's hand; nothing may be left behind in the end. Heartbeats every
 * 30 s, stall timeout 60 s, no connection timeout, small windows and pages.
 */
abstract class HubTest {

    static final Duration INTERVAL = Duration.ofSeconds(30);

    final TestLoop loop = new TestLoop();
    final HubFixture fixture =
            loop.call(() -> new HubFixture(loop.vertx(), HubFixture.Sizes.SMALL, HubFixture.STREAMS, 7));
    final Hub hub = fixture.hub;

    @AfterEach
    void nothingIsLeftBehind() {
        loop.run(() -> {
            hub.answerPolls();
            hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, Duration.ZERO);
            fixture.pass(Duration.ofSeconds(6));
            hub.close();
            assertThat(hub.isEmpty()).isTrue();
            assertThat(hub.snapshot().clients().open()).isZero();
            assertThat(hub.snapshot().clients().catchingUp()).isZero();
            assertThat(fixture.admission.openStreams()).isZero();
            assertThat(fixture.memory.allReleased()).isTrue();
        });
        loop.close();
    }

    final HubFixture.Connection connect(StreamPermit permit, long allowance) {
        return fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.Fresh()), List.of(), permit, allowance);
    }

    static List<SseReader.Message> ofType(MemorySink sink, String type) {
        return sink.messages().stream()
                .filter(message -> message.type().equals(type))
                .toList();
    }
}
