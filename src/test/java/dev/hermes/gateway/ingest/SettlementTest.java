package dev.hermes.gateway.ingest;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class SettlementTest {

    @Test
    void whoeverWaitsGoesOnOnceItIsKnown(Vertx vertx) {
        Settlement settlement = new Settlement(vertx, () -> false);
        Future<Void> waiting = settlement.await();
        assertThat(waiting.isComplete()).isFalse();

        settlement.settled();
        assertThat(waiting.succeeded()).isTrue();
    }

    /** Whoever told of another log before that would declare nothing of what comes in between. */
    @Test
    void whoeverWaitsTooLongLearnsThatItIsNotKnown(Vertx vertx) {
        assertThatThrownBy(() -> await(new Settlement(vertx, () -> false).await()))
                .hasMessageContaining("what is heard has no place in the log yet");
    }
}
