package dev.hermes.gateway.bench;

/** What the streams of one loop have heard together. */
final class Ear {

    private Histogram latencies = new Histogram();
    private final Histogram untilConnected = new Histogram();
    private long now;
    private long dialledAt;
    private long events;
    private int connected;

    /** What is read next arrived now, on a connection begun then. */
    void listen(long dialled) {
        now = BenchClock.now();
        dialledAt = dialled;
    }

    long now() {
        return now;
    }

    void onEvent(long time) {
        events++;
        latencies.record(now - time);
    }

    void onConnected(Stream stream) {
        connected++;
        untilConnected.record(stream.connectedAt() - dialledAt);
    }

    long events() {
        return events;
    }

    int connected() {
        return connected;
    }

    Histogram latencies() {
        return latencies;
    }

    Histogram untilConnected() {
        return untilConnected;
    }

    void measureAnew() {
        latencies = new Histogram();
    }

    void reset() {
        measureAnew();
        events = 0;
    }
}
