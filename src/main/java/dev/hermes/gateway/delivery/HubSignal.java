package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.loop.LocalCodec;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every hub is told over the event bus, in the order in which it happened. Passed by reference, so everything in it
 * is immutable; the address is the gateway's own, since two gateways may live in one Vert.x.
 */
public sealed interface HubSignal {

    /** Tells that hub, on its own loop. */
    void tell(Hub hub);

    /** Lets this event bus carry signals; again for the same one does nothing. */
    static void registerCodecs(EventBus eventBus) {
        LocalCodec.register(eventBus, EventBatch.class);
        LocalCodec.register(eventBus, Reached.class);
        LocalCodec.register(eventBus, BackendDown.class);
        LocalCodec.register(eventBus, BackendUp.class);
        LocalCodec.register(eventBus, LogLost.class);
        LocalCodec.register(eventBus, SwitchedOff.class);
        LocalCodec.register(eventBus, Draining.class);
    }

    /**
     * All up to there was told. Whoever has not heard of it has missed something, and reads on from the log.
     *
     * @param position the last entry of the last batch
     */
    record Reached(EventId position) implements HubSignal {
        @Override
        public void tell(Hub hub) {
            hub.onReached(position);
        }
    }

    /**
     * Redis was lost.
     *
     * @param since when it was last proven to be there
     * @param reason one line for logs and probes, without secrets
     */
    record BackendDown(Instant since, String reason) implements HubSignal {
        @Override
        public void tell(Hub hub) {
            hub.onBackend(false, since);
        }
    }

    /**
     * Redis is back and the log is caught up; comes before the first event that follows.
     *
     * @param since when it was proven
     */
    record BackendUp(Instant since) implements HubSignal {
        @Override
        public void tell(Hub hub) {
            hub.onBackend(true, since);
        }
    }

    /**
     * The log is not the one it was: what hubs remember of it is void, and no cursor of before is good.
     *
     * @param resumedAt the tip of the log that is there now
     */
    record LogLost(EventId resumedAt) implements HubSignal {
        @Override
        public void tell(Hub hub) {
            hub.onLogLost(resumedAt);
        }
    }

    /**
     * The operator switched streams off: end them one after another.
     *
     * @param over how long the last of them may wait for its turn
     */
    record SwitchedOff(Duration over) implements HubSignal {
        @Override
        public void tell(Hub hub) {
            hub.endAll(SseStream.CloseReason.DISABLED, over);
        }
    }

    /**
     * The gateway shuts down: end the streams one after another.
     *
     * @param over how long the last of them may wait for its turn
     */
    record Draining(Duration over) implements HubSignal {
        @Override
        public void tell(Hub hub) {
            hub.answerPolls();
            hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, over);
        }
    }

    /**
     * Entries that follow each other in the log, and follow those of the batch before.
     *
     * @param entries in the log's order, at least one
     * @param after the entry that the first of them follows, if that is known: whoever is not there yet has missed something
     * @param receivedNanos when this gateway took them in, by {@link System#nanoTime()}: latency is counted from there
     */
    record EventBatch(@Nullable EventId after, List<LogEntry> entries, long receivedNanos) implements HubSignal {

        /** Entries that follow those of before, whatever they were. */
        public EventBatch(List<LogEntry> entries, long receivedNanos) {
            this(null, entries, receivedNanos);
        }

        public EventBatch {
            entries = List.copyOf(entries);
            if (entries.isEmpty()) {
                throw new IllegalArgumentException("entries must not be empty");
            }
        }

        @Override
        public void tell(Hub hub) {
            hub.onBatch(this);
        }
    }
}
