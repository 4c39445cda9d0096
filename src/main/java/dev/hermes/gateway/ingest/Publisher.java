package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import java.util.List;

/**
 * Appends envelopes to the log, and counts them by the way they came in. Callable from any event loop; results arrive
 * on the caller's.
 */
public final class Publisher {

    private final OwnerLoop loop;
    private final EventLog log;

    /** Owned by the loop. */
    private final IngestCounters counters;

    /** @param loop the loop that owns the counters, preferably the log's */
    public Publisher(OwnerLoop loop, EventLog log, IngestCounters counters) {
        this.loop = loop;
        this.log = log;
        this.counters = counters;
    }

    /** Appends all envelopes or none; the future fails if the log did not take them. */
    public Future<List<EventId>> publish(List<Envelope> envelopes, IngestCounters.Source source) {
        return loop.call(() -> {
            envelopes.forEach(envelope -> counters.received(envelope.channel(), source));
            return log.append(envelopes);
        });
    }

    /** Counts an event that reaches the log by another way. On the owner's loop. */
    void count(Envelope envelope, IngestCounters.Source source) {
        assert loop.here();
        counters.received(envelope.channel(), source);
    }

    /** Counts a message that was not an event. */
    public Future<Void> rejected(Parsed.Reason reason) {
        return loop.call(() -> {
            counters.rejected(reason);
            return Future.succeededFuture();
        });
    }

    /** The counts so far. */
    public Future<IngestCounters.Snapshot> snapshot() {
        return loop.call(() -> Future.succeededFuture(counters.snapshot()));
    }
}
