package dev.hermes.gateway.bench;

import java.util.ArrayList;
import java.util.List;

/** Everybody gets what is theirs. */
final class KeyedScenario implements Scenario {

    private static final int STREAMS = 5_000;
    private static final double EVENTS_PER_SECOND = 5_000;
    private static final int EVENT_BYTES = 250;

    @Override
    public String name() {
        return "keyed";
    }

    @Override
    public String about() {
        return "5,000 streams of one download each, 5,000 events of 250 bytes a second, each for one of them.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        int streams = settings.scaled(STREAMS);
        FanOutLoad load = new FanOutLoad(
                "",
                streams,
                EVENTS_PER_SECOND,
                settings.measured(),
                EventData.ofKeysAtRandom(EVENT_BYTES, streams),
                true);
        try (Servers servers = new Servers(settings, outcome)) {
            FanOut fanOut = new FanOut(servers.redis(), outcome);
            fanOut.rounds(settings, contenders(servers), load);
        }
        outcome.goal(0.50, Figure.CPU_PER_DELIVERY, GatewayServer.NAME, NchanServer.WITH_REDIS);
        outcome.goal(1.3, Figure.CPU_PER_DELIVERY, GatewayServer.NAME, NchanServer.IN_MEMORY);
        outcome.goal("p99 of keyed events", 3, Figure.P99, GatewayServer.NAME);
        outcome.goal("p50 of keyed events", 0.5, Figure.P50, GatewayServer.NAME);
    }

    private static List<Contender> contenders(Servers servers) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contender.downloads(servers.gateway(), servers.redis()));
        if (NchanServer.installed()) {
            contenders.add(Contender.nchan(servers.nchan(), "d%d"));
            contenders.add(Contender.nchan(servers.nchanWithRedis(), "d%d"));
        }
        return contenders;
    }
}
