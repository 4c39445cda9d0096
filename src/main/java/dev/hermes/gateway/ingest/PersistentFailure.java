package dev.hermes.gateway.ingest;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What goes wrong again and again, as soon as that has lasted. Owned by the loop of the link. */
final class PersistentFailure {

    /** Shorter ones are got over by trying again. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LongSupplier nanos;
    private @Nullable String reason;
    private long since;

    /** @param nanos a monotonic clock */
    PersistentFailure(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** It failed once more; true if it did not before. */
    boolean failed(String why) {
        boolean first = reason == null;
        since = first ? nanos.getAsLong() : since;
        reason = why;
        return first;
    }

    void over() {
        reason = null;
    }

    /** Why it fails, if that has lasted; else null. */
    @Nullable
    String reason() {
        return reason != null && nanos.getAsLong() - since >= PATIENCE_NANOS ? reason : null;
    }
}
