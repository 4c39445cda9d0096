package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
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
        HubSignal.registerCodecs(vertx.eventBus());
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

        private final MessageConsumer<HubSignal> consumer;
        private List<HubSignal> early = new ArrayList<>();
        private @Nullable Hub hub;

        private Receiver() {
            this.consumer = vertx.eventBus().localConsumer(address, message -> received(message.body()));
        }

        private void received(HubSignal signal) {
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
    public void publish(HubSignal signal) {
        assert loop.here();
        if (!ended) {
            vertx.eventBus().publish(address, signal, THIS_JVM);
        }
    }

    @Override
    public void accept(List<LogEntry> entries, long receivedNanos) {
        publish(new HubSignal.EventBatch(published, entries, receivedNanos));
        published = entries.get(entries.size() - 1).id();
    }

    @Override
    public void lost(EventId resumedAt) {
        publish(new HubSignal.LogLost(resumedAt));
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
            publish(new HubSignal.Reached(published));
        }
    }

    /** Ends publishing; once the future completes, nothing more arrives on the caller's loop. From any loop. */
    public Future<Void> end() {
        return loop.call(() -> {
            ended = true;
            return Future.succeededFuture();
        });
    }
}
