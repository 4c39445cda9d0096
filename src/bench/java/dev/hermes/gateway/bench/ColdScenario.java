package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The first seconds after a process has become ready, beside the same process when it is warm. */
final class ColdScenario implements Scenario {

    static final String NAME = "cold";

    /** The name of a gateway that becomes ready without having served itself before. */
    static final String UNTRAINED = "without warming up";

    private static final int STREAMS = 5_000;
    private static final double EVENTS_PER_SECOND = 5_000;
    private static final int EVENT_BYTES = 250;

    /** With the time it takes to open the streams these are the first ten seconds. */
    private static final Duration FIRST_EVENTS = Duration.ofSeconds(6);

    private static final int MINUTE = 60;
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String about() {
        return "5,000 streams of one download each that are opened as soon as a process is ready, and 5,000 keyed events of 250"
                + " bytes a second for 6 s; then the same again when the same process is warm.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        for (int round = 1; round <= settings.rounds(); round++) {
            try (Servers servers = new Servers(settings, outcome)) {
                FanOut fanOut = new FanOut(servers.redis(), outcome);
                Contender gateway = Contender.downloads(servers.gateway(), servers.redis());
                fanOut.round(gateway, load(settings, Outcome.COLD), round);
                fanOut.warmUp(gateway, load(settings, Outcome.WARM));
                fanOut.round(gateway, load(settings, Outcome.WARM), round);
            }
        }
        try (Servers servers = new Servers(settings, outcome)) {
            outcome.series(GatewayServer.NAME, firstMinute(settings, servers, servers.unwatchedGateway(), outcome));
        }
        try (Servers servers = new Servers(settings, outcome)) {
            outcome.series(UNTRAINED, firstMinute(settings, servers, servers.untrainedGateway(), outcome));
        }
        outcome.coldGoal(3, Figure.P99);
        outcome.coldGoal(1.3, Figure.CPU_PER_DELIVERY);
    }

    private static FanOutLoad load(BenchSettings settings, String point) {
        int streams = settings.scaled(STREAMS);
        return new FanOutLoad(
                point, streams, EVENTS_PER_SECOND, FIRST_EVENTS, EventData.ofKeysAtRandom(EVENT_BYTES, streams), true);
    }

    /** The 99th percentile of each second, in milliseconds. */
    private static List<Double> firstMinute(
            BenchSettings settings, Servers servers, GatewayServer server, Outcome outcome) {
        FanOutLoad load = load(settings, "");
        Contender gateway = Contender.downloads(server, servers.redis());
        List<Double> seconds = new ArrayList<>();
        try (Crowd crowd = Crowd.open(gateway.crowd(load.streams()));
                Publisher publisher = new Publisher(gateway.publishPort(), gateway.envelope(), load.data())) {
            crowd.reset();
            CompletableFuture<Published> publishing = publisher.start(EVENTS_PER_SECOND);
            for (int second = 0; second < MINUTE; second++) {
                crowd.measureAnew();
                Pause.of(SECOND);
                seconds.add(crowd.latencies().millisAt(99));
            }
            publisher.end();
            Published published = publishing.join();
            crowd.awaitEvents(load.deliveries(published));
            outcome.faults("the first minute", crowd.faults(stream -> load.due(published, stream)));
        }
        return seconds;
    }
}
