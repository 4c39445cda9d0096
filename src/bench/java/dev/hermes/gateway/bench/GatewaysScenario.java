package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** More and more gateways on one Redis: all hear each event, one of them appends it. */
final class GatewaysScenario implements Scenario {

    private static final List<Integer> NUMBERS = List.of(1, 2, 4, 8);
    private static final int STREAMS_OF_EACH = 10;
    private static final double EVENTS_PER_SECOND = 200;
    private static final int EVENT_BYTES = 250;
    private static final int WARM_UPS = 2;
    private static final Duration SETTLING = Duration.ofSeconds(1);

    @Override
    public String name() {
        return "gateways";
    }

    @Override
    public String about() {
        return "200 events of 250 bytes a second for everybody, to 10 streams on each of 1, 2, 4 and 8 gateways with one Redis.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        try (Servers servers = new Servers(settings, outcome)) {
            List<Contender> gateways = new ArrayList<>();
            for (int number : NUMBERS) {
                while (gateways.size() < number) {
                    gateways.add(Contender.queue(servers.unwatchedGateway(), servers.redis()));
                }
                for (int round = 1 - WARM_UPS; round <= settings.rounds(); round++) {
                    Measurement measured = round(settings, servers.redis(), gateways, round, outcome);
                    if (round > 0) {
                        outcome.add(measured);
                    }
                }
            }
        }
    }

    private static Measurement round(
            BenchSettings settings, RedisServer redis, List<Contender> gateways, int round, Outcome outcome) {
        String point = Integer.toString(gateways.size());
        List<Long> processes = gateways.stream()
                .flatMap(gateway -> gateway.server().processes().stream())
                .toList();
        List<Crowd> crowds = new ArrayList<>();
        Contender first = gateways.get(0);
        try (Publisher publisher =
                new Publisher(first.publishPort(), first.envelope(), EventData.ofOneKey(EVENT_BYTES))) {
            gateways.forEach(gateway -> crowds.add(Crowd.open(gateway.crowd(STREAMS_OF_EACH))));
            Pause.of(SETTLING);
            crowds.forEach(Crowd::reset);
            double before = ProcessFigures.cpuSeconds(processes);
            double redisBefore = ProcessFigures.cpuSeconds(redis.processes());
            Published published = publisher.publish(
                    (long) (EVENTS_PER_SECOND * settings.measured().toSeconds()), EVENTS_PER_SECOND);
            long due = (long) published.count() * STREAMS_OF_EACH;
            crowds.forEach(crowd -> crowd.awaitEvents(due));
            double used = ProcessFigures.cpuSeconds(processes) - before;
            double redisUsed = ProcessFigures.cpuSeconds(redis.processes()) - redisBefore;
            Histogram latencies = new Histogram();
            for (Crowd crowd : crowds) {
                outcome.faults(point + " gateways round " + round, crowd.faults(stream -> published.count()));
                latencies.add(crowd.latencies());
            }
            return Measurement.of(GatewayServer.NAME, point, round)
                    .with(Figure.STREAMS, (double) STREAMS_OF_EACH * gateways.size())
                    .with(Figure.CPU_PER_EVENT, 1e6 * used / published.count() / gateways.size())
                    .with(Figure.REDIS_CPU_PER_EVENT, 1e6 * redisUsed / published.count())
                    .with(latencies);
        } finally {
            crowds.forEach(Crowd::close);
        }
    }
}
