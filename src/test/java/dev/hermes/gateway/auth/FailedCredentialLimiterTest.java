package dev.hermes.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailedCredentialLimiterTest {

    private final TestClock clock = new TestClock(TestClock.START);
    private final FailedCredentialLimiter limiter = new FailedCredentialLimiter(3, clock::nanos);

    @Test
    void limitsAnAddressThatFailedTooOften() {
        exhaust("10.0.0.1");

        assertThat(limiter.allow("10.0.0.1")).isFalse();
    }

    @Test
    void countsEachAddressForItself() {
        exhaust("10.0.0.1");

        assertThat(limiter.allow("10.0.0.2")).isTrue();
    }

    @Test
    void letsAnAddressTryAgainAfterTheTimeItWasTold() {
        exhaust("10.0.0.1");
        Duration wait = limiter.retryAfter("10.0.0.1");

        assertThat(wait).isEqualTo(Duration.ofSeconds(20));
        clock.advance(wait.minusSeconds(1));
        assertThat(limiter.allow("10.0.0.1")).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(limiter.allow("10.0.0.1")).isTrue();
        assertThat(limiter.allow("10.0.0.1")).isFalse();
    }

    @Test
    void givesTheWholeMinutesWorthBackAfterAMinute() {
        exhaust("10.0.0.1");
        clock.advance(Duration.ofMinutes(1));

        exhaust("10.0.0.1");
        assertThat(limiter.allow("10.0.0.1")).isFalse();
    }

    @Test
    void tellsAtLeastOneSecond() {
        assertThat(limiter.retryAfter("10.0.0.9")).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void allowsAsLittleAsOneAMinute() {
        FailedCredentialLimiter strict = new FailedCredentialLimiter(1, clock::nanos);

        assertThat(strict.allow("a")).isTrue();
        assertThat(strict.allow("a")).isFalse();
        assertThat(strict.retryAfter("a")).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void remembersABoundedNumberOfAddresses() {
        for (int i = 0; i < FailedCredentialLimiter.MAX_ADDRESSES + 1_000; i++) {
            limiter.allow("address-" + i);
        }

        assertThat(limiter.size()).isLessThanOrEqualTo(FailedCredentialLimiter.MAX_ADDRESSES);
    }

    private void exhaust(String address) {
        for (int i = 0; i < 3; i++) {
            assertThat(limiter.allow(address)).isTrue();
        }
    }
}
