package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Settings;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * How a hub works.
 *
 * @param windowEntries entries kept at hand, a power of two
 * @param windowBytes and no more than this
 * @param channels the catalogue's, with what a client far behind gets of each
 * @param random for jitter; used on the hub's loop only
 */
public record HubSettings(
        Settings.Streams streams,
        int windowEntries,
        long windowBytes,
        Map<String, Channel.CatchUp> channels,
        RandomGenerator random) {

    private static final int WINDOW_ENTRIES = 4_096;
    private static final long WINDOW_BYTES = 16L << 20;

    /** A window that covers a client's short absence at a few hundred events a second, at a bounded cost. */
    public static HubSettings of(
            Settings.Streams streams, Map<String, Channel.CatchUp> channels, RandomGenerator random) {
        return new HubSettings(streams, WINDOW_ENTRIES, WINDOW_BYTES, channels, random);
    }

    /**
     * The two clocks of a hub.
     *
     * @param monotonicMillis never goes back; deadlines are measured by it
     * @param wall what frames tell, and what permits end by
     */
    public record Clocks(LongSupplier monotonicMillis, InstantSource wall) {

        /** The machine's monotonic clock, and that wall clock. */
        public static Clocks with(InstantSource wall) {
            return new Clocks(() -> System.nanoTime() / 1_000_000, wall);
        }

        long now() {
            return monotonicMillis.getAsLong();
        }
    }
}
