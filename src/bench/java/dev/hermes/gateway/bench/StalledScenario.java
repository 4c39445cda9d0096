package dev.hermes.gateway.bench;

import dev.hermes.gateway.fixture.HttpCall;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Some read nothing; the others should not notice. */
final class StalledScenario implements Scenario {

    private static final int STREAMS = 2_000;
    private static final int STALLED_OF = 100;
    private static final double EVENTS_PER_SECOND = 10;
    private static final int EVENT_BYTES = 250;
    private static final int HEALTHY_ROUNDS = 3;
    private static final double MEGABYTE = 1_048_576;
    private static final int FILLING_BYTES = 65_536;
    private static final int FILLINGS = 64;

    /** Longer than the gateway waits for a client to take a byte: ended, they come back and stall again. */
    private static final Duration TURN = Duration.ofSeconds(75);

    private static final Duration SAMPLING = Duration.ofSeconds(5);
    private static final Pattern SLOW =
            Pattern.compile("hermes_streams_closed_total\\{reason=\"slow_consumer\"} (\\S+)");

    @Override
    public String name() {
        return "stalled";
    }

    @Override
    public String about() {
        return "2,000 streams of the queue, ten events of 250 bytes a second; then the same with one in a hundred more that"
                + " never reads, for three minutes: their sockets are full within seconds, and ended they come back.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        int streams = settings.scaled(STREAMS);
        try (Servers servers = new Servers(settings, outcome)) {
            GatewayServer gateway = servers.gateway();
            Contender queue = Contender.queue(gateway, servers.redis());
            FanOutLoad warmUp = new FanOutLoad(
                    "", streams, EVENTS_PER_SECOND, settings.measured(), EventData.ofOneKey(EVENT_BYTES), false);
            new FanOut(servers.redis(), outcome).warmUp(queue, warmUp);
            // The heap grows for the first large events whether anybody stalls or not.
            stall(Math.max(1, streams / STALLED_OF), gateway, servers.redis(), settings.measured());
            try (Crowd crowd = Crowd.open(queue.crowd(streams));
                    Publisher publisher =
                            new Publisher(queue.publishPort(), queue.envelope(), EventData.ofOneKey(EVENT_BYTES))) {
                crowd.reset();
                CompletableFuture<Published> publishing = publisher.start(EVENTS_PER_SECOND);
                double growth = healthyGrowth(settings, gateway);
                double healthy = crowd.latencies().millisAt(99);
                crowd.measureAnew();
                Measurement stalled = stalled(settings, gateway, servers.redis(), streams, outcome);
                Histogram latencies = crowd.latencies();
                publisher.end();
                Published published = publishing.join();
                crowd.awaitEvents((long) published.count() * streams);
                outcome.faults("the others", crowd.faults(stream -> published.count()));
                outcome.add(stalled.with(latencies)
                        .with(Figure.STREAMS, streams)
                        .with(Figure.HEALTHY_P99, healthy)
                        .with(Figure.HEALTHY_GROWTH, growth / MEGABYTE)
                        .with(Figure.P99_RATIO, latencies.millisAt(99) / healthy));
            }
        }
        outcome.goal("p99 beside stalled clients, to healthy", 1.2, Figure.P99_RATIO, GatewayServer.NAME);
        outcome.goal("growth of memory with stalled clients", 5, Figure.GROWTH_SHARE, GatewayServer.NAME);
    }

    private static double healthyGrowth(BenchSettings settings, GatewayServer gateway) {
        try (MemorySamples memory = MemorySamples.start(gateway.process(), SAMPLING)) {
            Pause.of(settings.measured().multipliedBy(HEALTHY_ROUNDS));
            return memory.bytesPerMinute();
        }
    }

    private static Measurement stalled(
            BenchSettings settings, GatewayServer gateway, RedisServer redis, int streams, Outcome outcome) {
        int count = Math.max(1, streams / STALLED_OF);
        try (MemorySamples memory = MemorySamples.start(gateway.process(), SAMPLING)) {
            long before = ProcessFigures.residentBytes(gateway.process());
            Duration left = settings.stalled();
            while (left.compareTo(Duration.ZERO) > 0) {
                Duration turn = left.compareTo(TURN) < 0 ? left : TURN;
                stall(count, gateway, redis, turn);
                left = left.minus(turn);
            }
            double perMinute = memory.bytesPerMinute();
            outcome.detail("Resident memory with stalled clients, every " + SAMPLING.toSeconds() + " s, in MB:");
            outcome.detail(memory.all().stream()
                    .map(bytes -> ReportText.number(bytes / MEGABYTE))
                    .collect(Collectors.joining(" ")));
            return Measurement.of(GatewayServer.NAME, "", 1)
                    .with(Figure.STALLED, count)
                    .with(Figure.RESIDENT_BEFORE, before / MEGABYTE)
                    .with(Figure.RESIDENT_PEAK, memory.most() / MEGABYTE)
                    .with(Figure.GROWTH, perMinute / MEGABYTE)
                    .with(
                            Figure.GROWTH_SHARE,
                            100 * perMinute * settings.stalled().toSeconds() / 60 / before)
                    .with(Figure.ENDED, endedAsSlow(gateway));
        }
    }

    /**
     * The kernel alone takes megabytes for a client that never reads, which these events would need many minutes for: they
     * listen to a second channel as well, which fills it.
     */
    private static void stall(int count, GatewayServer gateway, RedisServer redis, Duration length) {
        long startedAt = System.nanoTime();
        String path = GatewayServer.EVENTS + "/stream?channels=queue:updates,system:notifications&token="
                + redis.token("queue system");
        try (StalledClients stalled = StalledClients.open(count, gateway.port(), path);
                Publisher filler = new Publisher(
                        redis.port(),
                        Envelope.hermes("system:notifications", "system_notification"),
                        EventData.ofOneKey(FILLING_BYTES))) {
            // For their requests to have been taken.
            Pause.of(Duration.ofSeconds(1));
            filler.publish(FILLINGS, EVENTS_PER_SECOND);
            stalled.stay(length.minusNanos(System.nanoTime() - startedAt));
        }
    }

    private static double endedAsSlow(GatewayServer gateway) {
        Matcher found =
                SLOW.matcher(HttpCall.get(gateway.managementPort(), "/metrics").body());
        return found.find() ? Double.parseDouble(found.group(1)) : 0;
    }
}
