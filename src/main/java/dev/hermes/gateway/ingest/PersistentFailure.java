package dev.hermes.gateway.ingest;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A repeated failure, reported only once it has lasted. Owned by the loop of the link. */
final class PersistentFailure {

    /** Shorter failures are resolved by retries. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LongSupplier nanos;
    private @Nullable String reason;
    private long since;

    /** @param nanos a monotonic clock */
    PersistentFailure(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Notes a failure; true if it is the first one in a row. */
    boolean failed(String why) {
        boolean first = reason == null;
        since = first ? nanos.getAsLong() : since;
        reason = why;
        return first;
    }

    void clear() {
        reason = null;
    }

    /** The reason of the failure if it has lasted long enough, or null. */
    @Nullable
    String reason() {
        return reason != null && nanos.getAsLong() - since >= PATIENCE_NANOS ? reason : null;
    }
}
