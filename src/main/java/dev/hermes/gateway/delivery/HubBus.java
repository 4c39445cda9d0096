package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.LocalCodec;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Publishes the log to every hub over the event bus, in order. Owned by the event loop on which it is created. */
public final class HubBus implements EventLog.Outlet {

    private static final DeliveryOptions THIS_JVM = new DeliveryOptions().setLocalOnly(true);

    private final Vertx vertx;
    private final String address;
    private final OwnerLoop loop;
    private boolean ended;

    /** The last log position that was published. */
    private @Nullable EventId published;

    public HubBus(Vertx vertx) {
        Signal.registerCodecs(vertx.eventBus());
        this.vertx = vertx;
        // An address for each gateway, since one Vert.x may run several.
        this.address = "hermes.gateway.signals." + UUID.randomUUID();
        this.loop = OwnerLoop.current(vertx);
    }

    /**
     * One hub's end of the bus. It receives from the moment it is created, so that nothing is missed while its hub is
     * being built. Owned by the hub's loop.
     */
    public final class Receiver {

        private final MessageConsumer<Signal> consumer;
        private List<Signal> early = new ArrayList<>();
        private @Nullable Hub hub;

        private Receiver() {
            this.consumer = vertx.eventBus().localConsumer(address, message -> received(message.body()));
        }

        private void received(Signal signal) {
            if (hub == null) {
                early.add(signal);
            } else {
                signal.apply(hub);
            }
        }

        /** Passes on to the hub all signals received so far, and all later ones. */
        public void deliverTo(Hub listener) {
            hub = listener;
            early.forEach(signal -> signal.apply(listener));
            early = List.of();
        }

        /** Ends the whole bus, then this end of it: a hub must not go on when it would miss signals. */
        public Future<Void> close() {
            return end().eventually(consumer::unregister);
        }
    }

    /** Must be called on the hub's loop. */
    public Receiver receiver() {
        return new Receiver();
    }

    /** Sends the signal to every hub. Owner's loop. */
    public void publish(Signal signal) {
        assert loop.here();
        if (!ended) {
            vertx.eventBus().publish(address, signal, THIS_JVM);
        }
    }

    @Override
    public void accept(List<LogEntry> entries, long receivedNanos) {
        publish(new Signal.EventBatch(published, entries, receivedNanos));
        published = entries.get(entries.size() - 1).id();
    }

    @Override
    public void lost(EventId resumedAt) {
        publish(new Signal.LogLost(resumedAt));
        published = resumedAt;
    }

    /** The last log position that was published; null while none was. Owner's loop. */
    @Nullable
    public EventId published() {
        return published;
    }

    /** Publishes this position once more, for hubs that missed a batch. Owner's loop. */
    public void publishAgain() {
        if (published != null) {
            publish(new Signal.Reached(published));
        }
    }

    /** Ends publishing; once the future completes, nothing more arrives on the caller's loop. From any loop. */
    public Future<Void> end() {
        return loop.call(() -> {
            ended = true;
            return Future.succeededFuture();
        });
    }

    /**
     * A message to every hub over the event bus; messages arrive in the order in which things happened. Passed by
     * reference, so all of it is immutable. The bus address belongs to one gateway, since one Vert.x may run several.
     */
    public sealed interface Signal {

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
        record Reached(EventId position) implements Signal {
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
        record BackendDown(Instant since, String reason) implements Signal {
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
        record BackendUp(Instant since) implements Signal {
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
        record LogLost(EventId resumedAt) implements Signal {
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
        record SwitchedOff(Duration over) implements Signal {
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
        record Draining(Duration over) implements Signal {
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
        record EventBatch(@Nullable EventId after, List<LogEntry> entries, long receivedNanos) implements Signal {

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
}
