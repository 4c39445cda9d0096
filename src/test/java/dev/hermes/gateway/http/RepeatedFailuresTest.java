package dev.hermes.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.delivery.HubFixture;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.http.RepeatedFailures.Attempt;
import dev.hermes.gateway.http.RepeatedFailures.Begun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedFailuresTest {

    private static final Attempt ATTEMPT = attempt("client", 1);

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final RepeatedFailures failures =
            new RepeatedFailures(() -> Duration.between(Instant.EPOCH, now).toNanos());

    @Test
    void fiveInARowAreALoop() {
        for (int times = 1; times <= RepeatedFailures.LOOP; times++) {
            assertThat(failures.isLoop(ATTEMPT)).isFalse();
            fail(ATTEMPT);
        }
        assertThat(failures.isLoop(ATTEMPT)).isTrue();
    }

    @Test
    void onceToldItCountsFromTheStart() {
        for (int times = 1; times <= RepeatedFailures.LOOP; times++) {
            fail(ATTEMPT);
        }
        assertThat(failures.isLoop(ATTEMPT)).isTrue();
        assertThat(failures.isLoop(ATTEMPT)).isFalse();
    }

    @Test
    void anotherCursorAndAnotherClientAreOtherAttempts() {
        for (int times = 1; times <= RepeatedFailures.LOOP; times++) {
            fail(ATTEMPT);
        }
        assertThat(failures.isLoop(attempt("client", 2))).isFalse();
        assertThat(failures.isLoop(attempt("other", 1))).isFalse();
    }

    @Test
    void tabsThatBreakTogetherBreakOnce() {
        List<Begun> tabs = new ArrayList<>();
        for (int tab = 0; tab < 20; tab++) {
            tabs.add(failures.begin(ATTEMPT));
        }
        now = now.plusSeconds(1);
        tabs.forEach(Begun::failed);
        assertThat(failures.isLoop(ATTEMPT)).isFalse();
    }

    @Test
    void failuresOfLongAgoAreForgotten() {
        for (int times = 1; times <= RepeatedFailures.LOOP; times++) {
            fail(ATTEMPT);
        }
        now = now.plus(Duration.ofMinutes(11));
        assertThat(failures.isLoop(ATTEMPT)).isFalse();
    }

    private void fail(Attempt attempt) {
        Begun begun = failures.begin(attempt);
        now = now.plusSeconds(1);
        begun.failed();
    }

    private static Attempt attempt(String client, long minor) {
        return new Attempt(client, HubFixture.ALL_OF_A, new EventId(false, 1, minor));
    }
}
