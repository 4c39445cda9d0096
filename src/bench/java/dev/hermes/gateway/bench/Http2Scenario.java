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
    private static final Duration SETTLING = Duration.ofSeconds(15);

    @Override
    public String name() {
        return "h2";
    }

    @Override
    public String about() {
        return "100 connections of HTTP/2 without TLS, 100 streams of the queue on each, two events of 250 bytes a second."
                + " Memory is that of a fresh gateway, 15 s after they were opened.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        int connections = settings.scaled(CONNECTIONS);
        int streams = connections * STREAMS_PER_CONNECTION;
        try (Servers servers = new Servers(settings, outcome)) {
            GatewayServer gateway = servers.gateway();
            String path =
                    GatewayServer.EVENTS + "/queue?token=" + servers.redis().token("queue");
            Contender queue = new Contender(
                    gateway,
                    Http2Connection.of(path, STREAMS_PER_CONNECTION),
                    STREAMS_PER_CONNECTION,
                    servers.redis().port(),
                    Envelope.QUEUE);
            outcome.add(memory(gateway, queue, streams));
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

    private static Measurement memory(GatewayServer gateway, Contender queue, int streams) {
        long before = ProcessFigures.residentBytes(gateway.process());
        try (Crowd crowd = Crowd.open(queue.crowd(streams))) {
            Pause.of(SETTLING);
            long settled = ProcessFigures.residentBytes(gateway.process());
            double perStream = (double) (settled - before) / crowd.connected();
            return Measurement.of(GatewayServer.NAME, "", 1)
                    .with(Figure.RESIDENT_BEFORE, before / MEGABYTE)
                    .with(Figure.RESIDENT, settled / MEGABYTE)
                    .with(Figure.RESIDENT_PER_STREAM, perStream)
                    .with(Figure.RESIDENT_OF_100K, (before + HUNDRED_THOUSAND * perStream) / MEGABYTE);
        } finally {
            // Until these streams are seen to have ended there is no room for as many again.
            Pause.of(SETTLING);
        }
    }
}
