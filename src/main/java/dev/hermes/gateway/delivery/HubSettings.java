package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Settings;
import io.netty.util.internal.PlatformDependent;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The settings of a hub.
 *
 * @param windowEntries entries kept in the window, a power of two
 * @param windowBytes the most bytes kept in the window
 * @param ownFrameBytes the bytes of frames made for one client each from which on no more are made until some were taken
 * @param ownPageBytes the same for the pages of polls
 * @param channels the channels of the catalogue, with what a client that is far behind gets of each
 * @param random for jitter; used on the hub's loop only
 */
public record HubSettings(
        Settings.Streams streams,
        int windowEntries,
        long windowBytes,
        long ownFrameBytes,
        long ownPageBytes,
        Map<String, Channel.CatchUp> channels,
        RandomGenerator random) {

    private static final int WINDOW_ENTRIES = 4_096;
    private static final long WINDOW_BYTES = 16L << 20;

    /**
     * Settings with a window that covers a client's short absence at a few hundred events a second, at a bounded
     * cost.
     */
    public static HubSettings of(
            Settings.Streams streams, Map<String, Channel.CatchUp> channels, RandomGenerator random) {
        return new HubSettings(
                streams,
                WINDOW_ENTRIES,
                WINDOW_BYTES,
                ownFrameBytesOfOneLoop(),
                ownPageBytesOfOneLoop(),
                channels,
                random);
    }

    /** Half of the memory for all loops. The rest is for what is shared, for sockets that are read, and for all that has no bound. */
    private static long ownFrameBytesOfOneLoop() {
        return PlatformDependent.maxDirectMemory() / 2 / Runtime.getRuntime().availableProcessors();
    }

    /** An eighth of the heap for all loops. */
    private static long ownPageBytesOfOneLoop() {
        return Runtime.getRuntime().maxMemory() / 8 / Runtime.getRuntime().availableProcessors();
    }

    /**
     * The two clocks of a hub.
     *
     * @param monotonicMillis a clock that never goes back, for measuring deadlines
     * @param wall the wall clock, for times in frames and for the expiry of permits
     */
    public record Clocks(LongSupplier monotonicMillis, InstantSource wall) {

        /** The machine's monotonic clock and the given wall clock. */
        public static Clocks with(InstantSource wall) {
            return new Clocks(() -> System.nanoTime() / 1_000_000, wall);
        }

        long now() {
            return monotonicMillis.getAsLong();
        }
    }
}
