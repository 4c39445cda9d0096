package dev.hermes.gateway.bench;

import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;

/** What a scenario has started; closing ends it all, last first. */
final class Servers implements AutoCloseable {

    private final BenchSettings settings;
    private final Outcome outcome;
    private final Deque<AutoCloseable> started = new ConcurrentLinkedDeque<>();
    private final Thread exitHook = new Thread(this::endAll, "bench-exit");
    private final RedisServer redis;

    Servers(BenchSettings settings, Outcome outcome) {
        this.settings = settings;
        this.outcome = outcome;
        this.redis = keep(RedisServer.start());
        Runtime.getRuntime().addShutdownHook(exitHook);
    }

    RedisServer redis() {
        return redis;
    }

    GatewayServer gateway(String... flags) {
        return keep(GatewayServer.start(settings, redis, GatewayServer.WATCHED, flags));
    }

    /** As it is delivered: nobody looks for long tasks. */
    GatewayServer unwatchedGateway(String... flags) {
        return keep(GatewayServer.start(settings, redis, Map.of(), flags));
    }

    /** Ready without having served itself before. */
    GatewayServer untrainedGateway() {
        return keep(GatewayServer.start(settings, redis, Map.of("HERMES_WARM_UP", "0")));
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
        try {
            started.forEach(this::close);
        } finally {
            Runtime.getRuntime().removeShutdownHook(exitHook);
        }
    }

    private void close(AutoCloseable server) {
        if (server instanceof GatewayServer gateway) {
            outcome.gatewayEnded(gateway);
        }
        end(server);
    }

    private void endAll() {
        started.forEach(this::end);
    }

    /** Whatever comes of it the others are to end too. */
    private void end(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception | AssertionError failure) {
            outcome.faults("the end of a server", List.of(failure.toString()));
        }
    }
}
