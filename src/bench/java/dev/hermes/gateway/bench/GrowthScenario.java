package dev.hermes.gateway.bench;

import java.util.ArrayList;
import java.util.List;

/** The same broadcast, to more and more streams and with larger and larger events. */
final class GrowthScenario implements Scenario {

    static final String BY_STREAMS = "streams";
    static final String BY_SIZE = "size";

    private static final int EVENT_BYTES = 250;
    private static final int BUSIEST = 2;
    private static final int STREAMS_OF_SIZES = 1_000;

    private record Step(int amount, double eventsPerSecond) {}

    private static final List<Step> STREAMS = List.of(
            new Step(1_000, 10), new Step(2_000, 10), new Step(5_000, 10), new Step(10_000, 2), new Step(15_000, 2));
    private static final List<Step> SIZES = List.of(
            new Step(128, 10), new Step(1_024, 10), new Step(4_096, 10), new Step(16_384, 4), new Step(65_536, 1));

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public String about() {
        return "Broadcasts to 1,000 to 15,000 streams (250 bytes; ten events a second, two from 10,000 streams on), and of"
                + " 128 bytes to 64 KiB to 1,000 streams (ten a second, four of 16 KiB, one of 64 KiB).";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        List<FanOutLoad> loads = new ArrayList<>();
        for (Step step : STREAMS) {
            loads.add(load(settings, BY_STREAMS, settings.scaled(step.amount()), EVENT_BYTES, step));
        }
        for (Step step : SIZES) {
            loads.add(load(settings, BY_SIZE, settings.scaled(STREAMS_OF_SIZES), step.amount(), step));
        }
        try (Servers servers = new Servers(settings, outcome)) {
            FanOut fanOut = new FanOut(servers.redis(), outcome);
            Contender gateway = Contender.queue(servers.gateway(), servers.redis());
            // The most deliveries, so that the first loads are not those of a colder JVM.
            fanOut.warmUp(gateway, loads.get(BUSIEST));
            for (int round = 1; round <= settings.rounds(); round++) {
                for (FanOutLoad load : loads) {
                    fanOut.round(gateway, load, round);
                }
            }
        }
    }

    private static FanOutLoad load(BenchSettings settings, String by, int streams, int bytes, Step step) {
        return new FanOutLoad(
                by + " " + step.amount(),
                streams,
                step.eventsPerSecond(),
                settings.measured(),
                EventData.ofOneKey(bytes),
                false);
    }
}
