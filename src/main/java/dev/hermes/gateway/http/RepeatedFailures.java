package dev.hermes.gateway.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hermes.gateway.delivery.Subscription;
import dev.hermes.gateway.event.EventId;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Recognises a client that returns to the same cursor again and again, because something directly after it breaks the
 * client or a proxy in front of it. Any thread; used when a stream that resumes opens and ends, never for an event.
 * Bounded: an attempt that was dropped starts again at zero.
 */
public final class RepeatedFailures {

    /** This many failures in a row are a loop. */
    public static final int LOOP = 5;

    private static final int MAX_ATTEMPTS = 10_000;
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    private final LongSupplier nanos;
    private final Cache<Attempt, Failures> failures;

    /** @param nanos a monotonic clock in nanoseconds */
    public RepeatedFailures(LongSupplier nanos) {
        this.nanos = nanos;
        this.failures = Caffeine.newBuilder()
                .maximumSize(MAX_ATTEMPTS)
                .expireAfterWrite(FORGOTTEN_AFTER)
                .ticker(nanos::getAsLong)
                .build();
    }

    /**
     * What makes two attempts the same.
     *
     * @param client identifies the client as far as possible
     */
    public record Attempt(Object client, Subscription subscription, EventId cursor) {}

    private record Failures(int count, long lastNanos) {}

    /** An attempt that has begun. */
    public final class Begun {

        private final Attempt attempt;
        private final long sinceNanos = nanos.getAsLong();

        private Begun(Attempt attempt) {
            this.attempt = attempt;
        }

        /** The stream was sent everything after its cursor, and its connection broke. */
        public void failed() {
            long now = nanos.getAsLong();
            failures.asMap()
                    .merge(
                            attempt,
                            new Failures(1, now),
                            // Several tabs that broke at the same time count as one failure.
                            (before, one) -> sinceNanos - before.lastNanos() < 0
                                    ? before
                                    : new Failures(before.count() + 1, now));
        }
    }

    /** Whether so many attempts failed in a row that another would fail too; if so, counting starts again at zero. */
    public boolean isLoop(Attempt attempt) {
        Failures known = failures.getIfPresent(attempt);
        boolean loop = known != null && known.count() >= LOOP;
        if (loop) {
            failures.invalidate(attempt);
        }
        return loop;
    }

    public Begun begin(Attempt attempt) {
        return new Begun(attempt);
    }
}
