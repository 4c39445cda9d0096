package dev.hermes.gateway;

import dev.hermes.gateway.event.EventBatch;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.event.OwnerLoop;
import dev.hermes.gateway.event.Signal;
import dev.hermes.gateway.log.LogOutlet;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way from the log to every hub, over the event bus, in order. Owned by the event loop it is made on. */
final class HubSignals implements LogOutlet {

    private static final DeliveryOptions THIS_JVM = new DeliveryOptions().setLocalOnly(true);

    private final Vertx vertx;
    private final String address;
    private final OwnerLoop loop;
    private boolean ended;

    /** Up to where the log was told. */
    private @Nullable EventId told;

    /**
     * @param address the event bus address of the hubs
     */
    HubSignals(Vertx vertx, String address) {
        this.vertx = vertx;
        this.address = address;
        this.loop = OwnerLoop.current(vertx);
    }

    /** Tells every hub. Owner's loop. */
    void tell(Signal signal) {
        assert loop.here();
        if (!ended) {
            vertx.eventBus().publish(address, signal, THIS_JVM);
        }
    }

    @Override
    public void accept(List<LogEntry> entries, long receivedNanos) {
        tell(new EventBatch(told, entries, receivedNanos));
        told = entries.get(entries.size() - 1).id();
    }

    @Override
    public void lost(EventId resumedAt) {
        tell(new Signal.LogLost(resumedAt));
        told = resumedAt;
    }

    /** Up to where the log was told; null while it was not. Owner's loop. */
    @Nullable
    EventId told() {
        return told;
    }

    /** Says up to where that is, to those who have missed it. Owner's loop. */
    void tellAgain() {
        if (told != null) {
            tell(new Signal.Reached(told));
        }
    }

    /** Nothing more is told; on the caller's loop nothing more arrives once this completes. From any loop. */
    Future<Void> end() {
        return loop.call(() -> {
            ended = true;
            return Future.succeededFuture();
        });
    }
}
