package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** All come back at once, each with something to catch up on, while others listen. */
final class HerdScenario implements Scenario {

    private static final int LISTENING = 500;
    private static final double LIVE_PER_SECOND = 20;
    private static final int EVENT_BYTES = 250;
    private static final int WARM_UPS = 2;
    private static final double MEGABYTE = 1_048_576;
    private static final Duration SAMPLING = Duration.ofMillis(50);
    private static final Duration SETTLING = Duration.ofSeconds(2);

    @Override
    public String name() {
        return "herd";
    }

    @Override
    public String about() {
        return "5,000 clients return at once, each 1,000 events behind, 10 of which match its filter, while 500 others get 20"
                + " events a second. Latencies are those of the others while the herd catches up.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        try (Servers servers = new Servers(settings, outcome)) {
            GatewayServer gateway = servers.gateway();
            String system =
                    GatewayServer.EVENTS + "/system?token=" + servers.redis().token("system");
            Contender others = Contender.gateway(
                    gateway,
                    servers.redis(),
                    number -> system,
                    Envelope.hermes("system:notifications", "system_notification"));
            int listening = settings.scaled(LISTENING);
            try (Crowd crowd = Crowd.open(others.crowd(listening));
                    Publisher publisher =
                            new Publisher(others.publishPort(), others.envelope(), EventData.ofOneKey(EVENT_BYTES))) {
                crowd.reset();
                CompletableFuture<Published> publishing = publisher.start(LIVE_PER_SECOND);
                Herd herd = new Herd(settings, servers.redis());
                for (int round = 1 - WARM_UPS; round <= settings.rounds(); round++) {
                    if (round == 1) {
                        gateway.warmedUp();
                    }
                    Measurement measured = round(settings, herd, gateway, crowd, round, outcome);
                    if (round > 0) {
                        outcome.add(measured);
                    } else {
                        outcome.note("warming up: all caught up after %.0f ms, p99 of the others %.0f ms"
                                .formatted(
                                        measured.figures().get(Figure.CAUGHT_UP),
                                        measured.figures().get(Figure.P99)));
                    }
                }
                publisher.end();
                Published published = publishing.join();
                crowd.awaitEvents((long) published.count() * listening);
                outcome.faults("the others", crowd.faults(stream -> published.count()));
            }
        }
        outcome.goalWithoutFaults("herd: all caught up, each with its 10 events");
        outcome.goal("memory with the herd, to idle", 1.5, Figure.MEMORY_RATIO, GatewayServer.NAME);
        outcome.goal("p99 of others during the herd, to healthy", 3, Figure.P99_RATIO, GatewayServer.NAME);
    }

    private static Measurement round(
            BenchSettings settings, Herd herd, GatewayServer gateway, Crowd others, int round, Outcome outcome) {
        String cursor = herd.misses(gateway);
        Pause.of(SETTLING);
        others.measureAnew();
        Pause.of(settings.measured());
        double healthy = others.latencies().millisAt(99);
        long idle = ProcessFigures.residentBytes(gateway.process());
        others.measureAnew();
        try (MemorySamples memory = MemorySamples.start(gateway.process(), SAMPLING)) {
            Herd.Return returned = herd.returns(gateway, cursor, "herd, round " + round, outcome, others::latencies);
            return Measurement.of(GatewayServer.NAME, "", round)
                    .with(returned.meanwhile())
                    .with(Figure.STREAMS, herd.clients())
                    .with(Figure.CAUGHT_UP, returned.millis())
                    .with(Figure.HEALTHY_P99, healthy)
                    .with(Figure.P99_RATIO, returned.meanwhile().millisAt(99) / healthy)
                    .with(Figure.RESIDENT_BEFORE, idle / MEGABYTE)
                    .with(Figure.RESIDENT_PEAK, memory.most() / MEGABYTE)
                    .with(Figure.MEMORY_RATIO, (double) memory.most() / idle);
        }
    }
}
