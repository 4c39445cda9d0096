package dev.hermes.gateway.ops;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many files and sockets this process may have open ({@code ulimit -n}): every client costs one.
 *
 * @param max {@link Long#MAX_VALUE} where the system does not tell
 */
public record FileDescriptorLimit(long max) {

    private static final Logger LOG = LoggerFactory.getLogger(FileDescriptorLimit.class);

    /** For the jar, the selectors, Redis, the listening and management ports, and clients that hold no stream. */
    static final int RESERVED = 200;

    /** Of these, what is kept from clients of any kind. */
    private static final int KEPT = 64;

    public static FileDescriptorLimit ofThisProcess() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? new FileDescriptorLimit(system.getMaxFileDescriptorCount())
                : new FileDescriptorLimit(Long.MAX_VALUE);
    }

    /**
     * How many connections clients may have, so that what is open already, the management port, and Redis, which may be gone
     * and has to be connected anew, always find a descriptor; at least 1.
     */
    public int forClients() {
        long used = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getOpenFileDescriptorCount()
                : 0;
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, max - used - KEPT));
    }

    /** Whether so many clients find room. */
    public boolean carries(int maxConnections) {
        return needed(maxConnections) <= max;
    }

    /** One warning if {@code HERMES_SSE_MAX_CONNECTIONS} is more than can be carried; the setting stays as it is. */
    public void warnUnlessItCarries(int maxConnections) {
        if (!carries(maxConnections)) {
            LOG.warn(
                    "HERMES_SSE_MAX_CONNECTIONS is above what ulimit -n can carry HERMES_SSE_MAX_CONNECTIONS={}"
                            + " file_descriptors={} needed={}",
                    maxConnections,
                    max,
                    needed(maxConnections));
        }
    }

    private static long needed(int maxConnections) {
        return (long) maxConnections + RESERVED;
    }
}
