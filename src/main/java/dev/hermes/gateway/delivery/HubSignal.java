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
 * A message to every hub over the event bus; messages arrive in the order in which things happened. Passed by
 * reference, so all of it is immutable. The bus address belongs to one gateway, since one Vert.x may run several.
 */
public sealed interface HubSignal {

    /** Applies the signal to the hub, on the hub's loop. */
    void apply(Hub hub);

    /** Lets this event bus carry signals; registering again does nothing. */
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
     * Everything up to this position was published. A hub that has not reached it has missed a batch, and its
     * subscribers read on from the log.
     *
     * @param position the last entry of the last batch
     */
    record Reached(EventId position) implements HubSignal {
        @Override
        public void apply(Hub hub) {
            hub.onReached(position);
        }
    }

    /**
     * Redis was lost.
     *
     * @param since when Redis was last proven to be reachable
     * @param reason one line for logs and probes, without secrets
     */
    record BackendDown(Instant since, String reason) implements HubSignal {
        @Override
        public void apply(Hub hub) {
            hub.onBackend(false, since);
        }
    }

    /**
     * Redis is back and the log has caught up; sent before the first event that follows.
     *
     * @param since when this was proven
     */
    record BackendUp(Instant since) implements HubSignal {
        @Override
        public void apply(Hub hub) {
            hub.onBackend(true, since);
        }
    }

    /**
     * The log was replaced by another: what hubs remember of it no longer counts, and no earlier cursor is valid.
     *
     * @param resumedAt the tip of the new log
     */
    record LogLost(EventId resumedAt) implements HubSignal {
        @Override
        public void apply(Hub hub) {
            hub.onLogLost(resumedAt);
        }
    }

    /**
     * The operator switched streams off: end them one after another.
     *
     * @param over the time over which the ends are spread
     */
    record SwitchedOff(Duration over) implements HubSignal {
        @Override
        public void apply(Hub hub) {
            hub.endAll(SseStream.CloseReason.DISABLED, over);
        }
    }

    /**
     * The gateway shuts down: answer the polls, and end the streams one after another.
     *
     * @param over the time over which the ends are spread
     */
    record Draining(Duration over) implements HubSignal {
        @Override
        public void apply(Hub hub) {
            hub.answerPolls();
            hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, over);
        }
    }

    /**
     * Entries that follow each other in the log, and follow those of the previous batch.
     *
     * @param entries in the log's order, at least one
     * @param after the entry before the first one, if known: a hub that has not reached it has missed a batch
     * @param receivedNanos when this gateway received the entries, by {@link System#nanoTime()}; latency is measured
     *     from here
     */
    record EventBatch(@Nullable EventId after, List<LogEntry> entries, long receivedNanos) implements HubSignal {

        /** Entries that follow the previous batch, whichever it was. */
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
        public void apply(Hub hub) {
            hub.onBatch(this);
        }
    }
}
