package dev.hermes.gateway.bench;

import java.util.ArrayList;
import java.util.List;

/** Everybody gets everything. */
final class BroadcastScenario implements Scenario {

    private static final int STREAMS = 5_000;
    private static final double EVENTS_PER_SECOND = 10;
    private static final int EVENT_BYTES = 250;

    @Override
    public String name() {
        return "broadcast";
    }

    @Override
    public String about() {
        return "5,000 streams of the queue, ten events of 250 bytes a second, each for everybody.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        FanOutLoad load = new FanOutLoad(
                "",
                settings.scaled(STREAMS),
                EVENTS_PER_SECOND,
                settings.measured(),
                EventData.ofOneKey(EVENT_BYTES),
                false);
        try (Servers servers = new Servers(settings, outcome)) {
            FanOut fanOut = new FanOut(servers.redis(), outcome);
            List<Contender> contenders = contenders(servers);
            fanOut.rounds(settings, contenders, load);
        }
        outcome.goal(0.72, Figure.CPU_PER_DELIVERY, GatewayServer.NAME, NchanServer.IN_MEMORY);
        outcome.goal(1.15, Figure.CPU_PER_DELIVERY, GatewayServer.NAME, FloorServer.NAME);
        outcome.goal(0.75, Figure.P99, GatewayServer.NAME, NchanServer.IN_MEMORY);
    }

    private static List<Contender> contenders(Servers servers) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contender.queue(servers.gateway(), servers.redis()));
        if (NchanServer.installed()) {
            contenders.add(Contender.nchan(servers.nchan(), "queue"));
        }
        if (FloorServer.installed()) {
            contenders.add(Contender.floor(servers.floor(), servers.redis()));
        }
        return contenders;
    }
}
