package dev.hermes.gateway.bench;

import java.time.Duration;

/** Many streams on few connections. */
final class Http2Scenario implements Scenario {

    private static final int CONNECTIONS = 100;
    private static final int STREAMS_PER_CONNECTION = 100;
    private static final int HUNDRED_THOUSAND = 100_000;
    private static final double EVENTS_PER_SECOND = 2;
    private static final int EVENT_BYTES = 250;
    private static final double MEGABYTE = 1_048_576;

    /** So many streams, of all, are opened and closed before memory is looked at. */
    private static final int WARMING_PART = 5;

    private static final int CLASSES_SHOWN = 15;

    /** As for idle streams of HTTP/1.1, whose memory is compared with this. */
    private static final Duration SETTLING = Duration.ofSeconds(40);

    @Override
    public String name() {
        return "h2";
    }

    @Override
    public String about() {
        return "100 connections of HTTP/2 without TLS, 100 streams of the queue on each, two events of 250 bytes a second."
                + " Memory is that of a gateway with `-Xmx512m` before the events, 40 s after the streams were opened.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        int connections = settings.scaled(CONNECTIONS);
        int streams = connections * STREAMS_PER_CONNECTION;
        try (Servers servers = new Servers(settings, outcome)) {
            outcome.add(memory(settings, servers, streams, outcome));
            Contender queue = queue(servers.gateway(), servers);
            FanOutLoad load = new FanOutLoad(
                    "", streams, EVENTS_PER_SECOND, settings.measured(), EventData.ofOneKey(EVENT_BYTES), false);
            FanOut fanOut = new FanOut(servers.redis(), outcome);
            fanOut.warmUp(queue, load);
            for (int round = 1; round <= settings.rounds(); round++) {
                fanOut.round(queue, load, round);
            }
        }
        outcome.goalWithoutFaults("10,000 streams on 100 connections of HTTP/2");
    }

    private static Contender queue(GatewayServer gateway, Servers servers) {
        String path = GatewayServer.EVENTS + "/queue?token=" + servers.redis().token("queue");
        return new Contender(
                gateway,
                Http2Connection.of(path, STREAMS_PER_CONNECTION),
                STREAMS_PER_CONNECTION,
                servers.redis().port(),
                Envelope.QUEUE);
    }

    private static Measurement memory(BenchSettings settings, Servers servers, int streams, Outcome outcome) {
        GatewayServer gateway = servers.unwatchedGateway("-Xmx512m");
        Contender queue = queue(gateway, servers);
        // Code that was never run takes memory with the first streams, whoever comes after them.
        Crowd.open(queue.crowd(Math.max(STREAMS_PER_CONNECTION, streams / WARMING_PART)))
                .close();
        Pause.of(SETTLING);
        ClassHistogram heapBefore = ClassHistogram.of(settings, gateway.process());
        long before = ProcessFigures.residentBytes(gateway.process());
        try (Crowd crowd = Crowd.open(queue.crowd(streams))) {
            Pause.of(SETTLING);
            long settled = ProcessFigures.residentBytes(gateway.process());
            double perStream = (double) (settled - before) / crowd.connected();
            ClassHistogram heap = ClassHistogram.of(settings, gateway.process());
            outcome.detail("Live heap that each stream adds, by class:");
            heap.addedSince(heapBefore, streams, CLASSES_SHOWN).forEach(outcome::detail);
            return Measurement.of(GatewayServer.NAME, "", 1)
                    .with(Figure.RESIDENT_BEFORE, before / MEGABYTE)
                    .with(Figure.RESIDENT, settled / MEGABYTE)
                    .with(Figure.RESIDENT_PER_STREAM, perStream)
                    .with(Figure.HEAP_PER_STREAM, (double) (heap.bytes() - heapBefore.bytes()) / streams)
                    .with(Figure.RESIDENT_OF_100K, (before + HUNDRED_THOUSAND * perStream) / MEGABYTE);
        }
    }
}
