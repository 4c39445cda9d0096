package dev.hermes.gateway.delivery;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of a hub.
 *
 * @param monotonicMillis never goes back; deadlines are measured by it
 * @param wall what frames tell, and what leases end by
 */
public record HubTime(LongSupplier monotonicMillis, InstantSource wall) {

    /** The machine's monotonic clock, and that wall clock. */
    public static HubTime with(InstantSource wall) {
        return new HubTime(() -> System.nanoTime() / 1_000_000, wall);
    }

    long now() {
        return monotonicMillis.getAsLong();
    }
}
