package dev.hermes.gateway.ops;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The number of files and sockets this process may have open ({@code ulimit -n}); every client needs one.
 *
 * @param max {@link Long#MAX_VALUE} if the system does not report a limit
 */
public record FileDescriptorLimit(long max) {

    private static final Logger LOG = LoggerFactory.getLogger(FileDescriptorLimit.class);

    /** Reserved for the jar, the selectors, Redis, the listening and management ports, and clients without a stream. */
    static final int RESERVED = 200;

    /** The part of the reserve that clients of any kind must not use. */
    private static final int KEPT = 64;

    public static FileDescriptorLimit ofThisProcess() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? new FileDescriptorLimit(system.getMaxFileDescriptorCount())
                : new FileDescriptorLimit(Long.MAX_VALUE);
    }

    /**
     * How many connections clients may have, so that files already open, the management port, and Redis, which may
     * have to be connected again, always find a descriptor; at least 1.
     */
    public int forClients() {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, max - open() - KEPT));
    }

    /** How many are open now, 0 if the system does not tell. Takes longer the more there are. */
    static long open() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getOpenFileDescriptorCount()
                : 0;
    }

    /** What part this many are of those there may be until clients find none; 0 if the limit is not known. */
    double percent(long open) {
        return max == Long.MAX_VALUE ? 0 : 100.0 * open / Math.max(1, max - KEPT);
    }

    /** As text, {@code unknown} where the operating system does not tell it. */
    @Override
    public String toString() {
        return max == Long.MAX_VALUE ? "unknown" : Long.toString(max);
    }

    /**
     * Whether the limit is sufficient for this number of streams and polls.
     *
     * @param overloadPercent from which new ones are turned away, 0 for never
     */
    public boolean carries(int maxConnections, int overloadPercent) {
        return needed(maxConnections, overloadPercent) <= max;
    }

    /** Logs one warning if the limit is too low for {@code HERMES_SSE_MAX_CONNECTIONS}; the setting stays unchanged. */
    public void warnUnlessItCarries(int maxConnections, int overloadPercent) {
        if (!carries(maxConnections, overloadPercent)) {
            LOG.warn(
                    "HERMES_SSE_MAX_CONNECTIONS is above what ulimit -n can carry HERMES_SSE_MAX_CONNECTIONS={}"
                            + " file_descriptors={} needed={}",
                    maxConnections,
                    max,
                    needed(maxConnections, overloadPercent));
        }
    }

    private static long needed(int maxConnections, int overloadPercent) {
        double usable = (double) maxConnections + RESERVED - KEPT;
        return KEPT + (long) Math.ceil(overloadPercent == 0 ? usable : usable * 100 / overloadPercent);
    }
}
