package dev.hermes.gateway.chaos;

import java.time.Duration;

/**
 * One thing that breaks.
 *
 * @param gateway which gateway it happens to, if it happens to one
 * @param everywhere whether to all of them, where it may be one or all
 * @param share of the connections it happens to, where it happens to some
 * @param lasting how long it stays so, where it does not pass by itself
 */
record Fault(FaultKind kind, int gateway, boolean everywhere, double share, Duration lasting) {

    /** Whether it keeps every gateway from the log for a while. */
    boolean blinds() {
        return switch (kind) {
            case LINK_CUT, LINK_SILENT, REDIS_MOVED -> everywhere;
            case GATEWAYS_KILLED -> true;
            default -> false;
        };
    }
}
