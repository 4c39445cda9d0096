package dev.hermes.gateway.bench;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a scenario has started; closing ends it all, last first. */
final class Servers implements AutoCloseable {

    private final BenchSettings settings;
    private final Outcome outcome;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final RedisServer redis;

    Servers(BenchSettings settings, Outcome outcome) {
        this.settings = settings;
        this.outcome = outcome;
        this.redis = keep(RedisServer.start());
    }

    RedisServer redis() {
        return redis;
    }

    GatewayServer gateway(String... flags) {
        return keep(GatewayServer.start(settings, redis, flags));
    }

    NchanServer nchan() {
        return keep(NchanServer.start(settings, null));
    }

    NchanServer nchanWithRedis() {
        return keep(NchanServer.start(settings, redis));
    }

    FloorServer floor() {
        return keep(FloorServer.start(redis));
    }

    private <T extends AutoCloseable> T keep(T server) {
        started.push(server);
        return server;
    }

    @Override
    public void close() {
        for (AutoCloseable server : started) {
            try {
                if (server instanceof GatewayServer gateway) {
                    outcome.gatewayEnded(gateway);
                }
                server.close();
            } catch (Exception failure) {
                throw new IllegalStateException("a server does not end", failure);
            }
        }
    }
}
