package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.List;

/** Puts one load on one server for one round and measures both. */
final class FanOut {

    /** For what a server goes on doing for streams that have just come, or gone. */
    private static final Duration SETTLING = Duration.ofSeconds(1);

    private static final int WARM_UPS = 2;

    private final RedisServer redis;
    private final Outcome outcome;

    FanOut(RedisServer redis, Outcome outcome) {
        this.redis = redis;
        this.outcome = outcome;
    }

    /** All of them in turns, so that what else the machine does meets all alike; a JVM warms up before. */
    void rounds(BenchSettings settings, List<Contender> contenders, FanOutLoad load) {
        contenders.stream()
                .filter(contender -> contender.server() instanceof GatewayServer)
                .forEach(gateway -> warmUp(gateway, load));
        for (int round = 1; round <= settings.rounds(); round++) {
            for (Contender contender : contenders) {
                if (contender.server() instanceof GatewayServer) {
                    round(contender, load, round);
                } else {
                    roundOfAnother(contender, load, round);
                }
            }
        }
    }

    /** A server that breaks down under the load does not keep the others from being measured. */
    private void roundOfAnother(Contender contender, FanOutLoad load, int round) {
        try {
            round(contender, load, round);
        } catch (AssertionError broken) {
            outcome.note(contender.name() + " round " + round + " is left out: " + broken.getMessage());
        }
    }

    /** Twice, so that a JVM has compiled what it will; nothing is kept but faults. */
    void warmUp(Contender contender, FanOutLoad load) {
        for (int round = 0; round < WARM_UPS; round++) {
            measure(contender, load, 0);
        }
        if (contender.server() instanceof GatewayServer gateway) {
            gateway.warmedUp();
        }
    }

    void round(Contender contender, FanOutLoad load, int round) {
        outcome.add(measure(contender, load, round));
    }

    private Measurement measure(Contender contender, FanOutLoad load, int round) {
        try (Crowd crowd = Crowd.open(contender.crowd(load.streams()));
                Publisher publisher = new Publisher(contender.publishPort(), contender.envelope(), load.data())) {
            Pause.of(SETTLING);
            crowd.reset();
            List<Long> processes = contender.server().processes();
            List<Long> redisProcesses = redis.processes();
            double before = ProcessFigures.cpuSeconds(processes);
            List<Long> ourselves = List.of(ProcessHandle.current().pid());
            double listenerBefore = ProcessFigures.cpuSeconds(ourselves);
            double redisBefore = ProcessFigures.cpuSeconds(redisProcesses);
            Published published = publisher.publish(load.events(), load.eventsPerSecond());
            long due = load.deliveries(published);
            crowd.awaitEvents(due);
            double used = ProcessFigures.cpuSeconds(processes) - before;
            double redisUsed = ProcessFigures.cpuSeconds(redisProcesses) - redisBefore;
            double listenerUsed = ProcessFigures.cpuSeconds(ourselves) - listenerBefore;
            String where = contender.name() + (load.point().isEmpty() ? "" : " " + load.point()) + " round " + round;
            outcome.faults(where, crowd.faults(stream -> load.due(published, stream)));
            return Measurement.of(contender.name(), load.point(), round)
                    .with(Figure.STREAMS, load.streams())
                    .with(Figure.EVENT_BYTES, load.data().bytes())
                    .with(Figure.EVENTS, (double) crowd.events())
                    .with(Figure.CPU_PER_DELIVERY, 1e6 * used / due)
                    .with(Figure.LISTENER_CPU, 1e6 * listenerUsed / due)
                    .with(Figure.REDIS_CPU_PER_EVENT, 1e6 * redisUsed / published.count())
                    .with(crowd.latencies());
        } finally {
            Pause.of(SETTLING);
        }
    }
}
