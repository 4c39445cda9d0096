package dev.hermes.gateway.chaos;

import dev.hermes.gateway.fixture.Background;
import java.time.Duration;

/** Publishes the events of one source, as steadily as it can, until it is closed. */
final class Publisher implements AutoCloseable {

    /** How an event is published. Used by one thread. */
    interface Way extends AutoCloseable {
        Outcome publish(Source source, int number);

        @Override
        void close();
    }

    private final Source source;
    private final Way way;
    private final Ledger ledger;
    private final int slower;
    private final Lapse lapse = new Lapse();
    private final Thread thread;

    /**
     * @param slower how many times longer the pauses are than the source's own
     */
    Publisher(Source source, Way way, Ledger ledger, int slower) {
        this.source = source;
        this.way = way;
        this.ledger = ledger;
        this.slower = slower;
        this.thread = Background.run("publisher-" + source, this::work);
    }

    private void work() {
        long period = 1_000_000_000L * slower / source.perSecond();
        long next = System.nanoTime();
        while (!lapse.ended()) {
            int number = ledger.send(source);
            ledger.settle(source, number, way.publish(source, number));
            next = Math.max(next + period, System.nanoTime() - period);
            lapse.pass(Duration.ofNanos(next - System.nanoTime()));
        }
        way.close();
    }

    @Override
    public void close() {
        lapse.end();
        Background.join(thread);
    }
}
