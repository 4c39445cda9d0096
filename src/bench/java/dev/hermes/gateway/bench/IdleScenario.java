package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.List;

/** Nothing happens, and then only heartbeats do. */
final class IdleScenario implements Scenario {

    private static final int STREAMS = 15_000;
    private static final int CLASSES_SHOWN = 25;
    private static final int HEARTBEATS = 2;
    private static final double MEGABYTE = 1_048_576;

    /** Longer than a heartbeat interval, so that every stream has had one. */
    private static final Duration SETTLING = Duration.ofSeconds(40);

    /** Two heartbeat intervals, and a little for the one that is due at the very end. */
    private static final Duration BEATING = Duration.ofSeconds(61);

    /** So many streams, of all, are opened and closed before. */
    private static final int WARMING_PART = 5;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String about() {
        return "15,000 streams of a download and a token each, without an event; `-Xmx512m`. Resident memory 40 s after"
                + " they were opened; then the CPU for two heartbeats of each in a minute.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        int streams = settings.scaled(STREAMS);
        try (Servers servers = new Servers(settings, outcome)) {
            GatewayServer gateway = servers.unwatchedGateway("-Xmx512m");
            List<String> tokens = servers.redis().tokens(streams, number -> "download:d" + number);
            // Code that was never run takes memory with the first streams, whoever comes after them.
            Crowd.open(plan(gateway, tokens, Math.max(1, streams / WARMING_PART)))
                    .close();
            Pause.of(SETTLING);
            gateway.warmedUp();
            double idle = share(gateway, BEATING.dividedBy(2));
            outcome.note("without a stream: %.1f %% of a core".formatted(idle));
            ClassHistogram heapBefore = ClassHistogram.of(settings, gateway.process());
            long before = ProcessFigures.residentBytes(gateway.process());
            CrowdPlan plan = plan(gateway, tokens, streams);
            try (Crowd crowd = Crowd.open(plan)) {
                long opened = ProcessFigures.residentBytes(gateway.process());
                Pause.of(SETTLING);
                long settled = ProcessFigures.residentBytes(gateway.process());
                double share = heartbeats(crowd, gateway, outcome);
                ClassHistogram heap = ClassHistogram.of(settings, gateway.process());
                outcome.detail("Live heap that each stream adds, by class:");
                heap.addedSince(heapBefore, streams, CLASSES_SHOWN).forEach(outcome::detail);
                outcome.add(Measurement.of(GatewayServer.NAME, "", 1)
                        .with(Figure.STREAMS, streams)
                        .with(Figure.RESIDENT_BEFORE, before / MEGABYTE)
                        .with(Figure.RESIDENT_OPENED, opened / MEGABYTE)
                        .with(Figure.RESIDENT, settled / MEGABYTE)
                        .with(Figure.RESIDENT_PER_STREAM, (double) (settled - before) / streams)
                        .with(Figure.HEAP, heap.bytes() / MEGABYTE)
                        .with(Figure.HEAP_PER_STREAM, (double) (heap.bytes() - heapBefore.bytes()) / streams)
                        .with(Figure.CPU_SHARE, share));
            }
            watch(servers, tokens, streams);
        }
        outcome.goal("memory of an idle stream", 6 * 1_024, Figure.RESIDENT_PER_STREAM, GatewayServer.NAME);
        outcome.goal("heartbeats of 15,000 streams", 2, Figure.CPU_SHARE, GatewayServer.NAME);
    }

    /** Once more, only to see whether the loops are held up: to look for that costs more than the heartbeats. */
    private static void watch(Servers servers, List<String> tokens, int streams) {
        GatewayServer watched = servers.gateway("-Xmx512m");
        CrowdPlan plan = plan(watched, tokens, streams);
        try (Crowd crowd = Crowd.open(plan)) {
            crowd.reset();
            watched.warmedUp();
            Pause.of(SETTLING);
        }
    }

    private static CrowdPlan plan(GatewayServer gateway, List<String> tokens, int streams) {
        return CrowdPlan.staying(
                gateway.port(),
                streams,
                Http1Connection.told(
                        number -> GatewayServer.EVENTS + "/downloads/d" + number + "?token=" + tokens.get(number)));
    }

    private static double heartbeats(Crowd crowd, GatewayServer gateway, Outcome outcome) {
        crowd.reset();
        double share = share(gateway, BEATING);
        outcome.faults("heartbeats", crowd.missingHeartbeats(HEARTBEATS));
        return share;
    }

    /** How much of a core it takes in that time, in percent. */
    private static double share(GatewayServer gateway, Duration time) {
        double before = ProcessFigures.cpuSeconds(gateway.processes());
        Pause.of(time);
        return 100 * (ProcessFigures.cpuSeconds(gateway.processes()) - before) / time.toSeconds();
    }
}
