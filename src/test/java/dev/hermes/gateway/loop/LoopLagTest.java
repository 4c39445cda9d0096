package dev.hermes.gateway.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoopLagTest {

    private final long[] millis = {1_000};
    private final LoopLag lag = new LoopLag(Duration.ofMillis(100), () -> millis[0] * 1_000_000);

    private void tickAfter(long passed) {
        millis[0] += passed;
        lag.tick();
    }

    @Test
    void isZeroWhileTimersRunInTime() {
        tickAfter(100);
        tickAfter(100);

        assertThat(lag.seconds()).isZero();
    }

    @Test
    void isTheGreatestDelayAndNotTheLast() {
        tickAfter(100);
        tickAfter(350);
        tickAfter(120);

        assertThat(lag.seconds()).isEqualTo(0.25);
    }

    /** Vert.x runs the missed ticks at once. */
    @Test
    void ticksThatAreMadeUpForAreNotLate() {
        tickAfter(300);
        tickAfter(0);
        tickAfter(0);
        tickAfter(100);

        assertThat(lag.seconds()).isEqualTo(0.2);
    }

    @Test
    void recentIsTheGreatestOfASecondOrTwo() {
        tickAfter(600);
        tickAfter(100);
        assertThat(lag.recent()).isEqualTo(Duration.ofMillis(500));

        for (int tick = 0; tick < 20; tick++) {
            tickAfter(100);
        }
        assertThat(lag.recent()).isZero();
    }

    @Test
    void aLoopThatIsStillHeldUpIsLateBeforeItsTimerRuns() {
        tickAfter(100);
        millis[0] += 5_000;

        assertThat(lag.recent()).isEqualTo(Duration.ofMillis(4_900));
    }

    @Test
    void isForgottenAfterAMinute() {
        tickAfter(600);
        for (int tick = 0; tick < 299; tick++) {
            tickAfter(100);
        }
        assertThat(lag.seconds()).isEqualTo(0.5);

        for (int tick = 0; tick < 301; tick++) {
            tickAfter(100);
        }
        assertThat(lag.seconds()).isZero();
    }
}
