package dev.hermes.gateway.bench;

import java.time.Duration;

/**
 * What a crowd does.
 *
 * @param perSecond how many connections are opened in a second
 * @param life how long each stays after it was connected; zero for as long as the crowd
 * @param addresses over how many addresses of loopback they are spread, since each has its own ephemeral ports
 */
record CrowdPlan(int port, int connections, double perSecond, Duration life, int addresses, Dialect dialect) {

    static final double AT_ONCE = 1e9;

    /** Streams that stay, opened as fast as any of the servers takes them without a queue. */
    static CrowdPlan staying(int port, int connections, Dialect dialect) {
        return new CrowdPlan(port, connections, 2_000, Duration.ZERO, 1, dialect);
    }

    CrowdPlan atOnce() {
        return new CrowdPlan(port, connections, AT_ONCE, life, addresses, dialect);
    }

    CrowdPlan passing(double connectionsPerSecond, Duration lifeOfEach) {
        return new CrowdPlan(port, connections, connectionsPerSecond, lifeOfEach, 8, dialect);
    }
}
