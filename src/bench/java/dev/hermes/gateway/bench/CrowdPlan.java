package dev.hermes.gateway.bench;

import java.time.Duration;

/**
 * What a crowd does.
 *
 * @param perSecond how many connections are opened in a second
 * @param life how long each stays after it was connected; zero for as long as the crowd
 * @param addresses over how many addresses of loopback they are spread, since each has its own ephemeral ports
 */
record CrowdPlan(
        int port,
        int connections,
        int streamsPerConnection,
        double perSecond,
        Duration life,
        int addresses,
        Dialect dialect) {

    private static final double AT_ONCE = 1e9;
    private static final double UNHURRIED = 2_000;
    private static final int ADDRESSES_OF_PASSERS_BY = 8;

    /** Streams that stay, opened as fast as any of the servers takes them without a queue. */
    static CrowdPlan staying(int port, int connections, Dialect dialect) {
        return new CrowdPlan(port, connections, 1, UNHURRIED, Duration.ZERO, 1, dialect);
    }

    /** Several streams on each connection, and as many of them in a second as of single ones. */
    CrowdPlan ofEach(int streams) {
        return new CrowdPlan(port, connections, streams, perSecond / streams, life, addresses, dialect);
    }

    CrowdPlan atOnce() {
        return new CrowdPlan(port, connections, streamsPerConnection, AT_ONCE, life, addresses, dialect);
    }

    CrowdPlan passing(double connectionsPerSecond, Duration lifeOfEach) {
        return new CrowdPlan(
                port,
                connections,
                streamsPerConnection,
                connectionsPerSecond,
                lifeOfEach,
                ADDRESSES_OF_PASSERS_BY,
                dialect);
    }

    int streams() {
        return connections * streamsPerConnection;
    }
}
