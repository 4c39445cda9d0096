package dev.hermes.gateway.event;

import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.time.Instant;

/**
 * What every hub is told over the event bus, in the order in which it happened. Passed by reference, so everything in it
 * is immutable; the address is the gateway's own, since two gateways may live in one Vert.x.
 */
public sealed interface Signal
        permits EventBatch,
                Signal.Reached,
                Signal.BackendDown,
                Signal.BackendUp,
                Signal.LogLost,
                Signal.SseSwitched,
                Signal.Draining {

    /** Lets this event bus carry signals; again for the same one does nothing. */
    static void registerCodecs(EventBus eventBus) {
        LocalCodec.register(eventBus, EventBatch.class);
        LocalCodec.register(eventBus, Reached.class);
        LocalCodec.register(eventBus, BackendDown.class);
        LocalCodec.register(eventBus, BackendUp.class);
        LocalCodec.register(eventBus, LogLost.class);
        LocalCodec.register(eventBus, SseSwitched.class);
        LocalCodec.register(eventBus, Draining.class);
    }

    /**
     * All up to there was told. Whoever has not heard of it has missed something, and reads on from the log.
     *
     * @param position the last entry of the last batch
     */
    record Reached(EventId position) implements Signal {}

    /**
     * Redis was lost.
     *
     * @param since when it was last proven to be there
     * @param reason one line for logs and probes, without secrets
     */
    record BackendDown(Instant since, String reason) implements Signal {}

    /**
     * Redis is back and the log is caught up; comes before the first event that follows.
     *
     * @param since when it was proven
     */
    record BackendUp(Instant since) implements Signal {}

    /**
     * The log is not the one it was: what hubs remember of it is void, and no cursor of before is good.
     *
     * @param resumedAt the tip of the log that is there now
     */
    record LogLost(EventId resumedAt) implements Signal {}

    /** The operator switched streams on or off. */
    record SseSwitched(boolean enabled) implements Signal {}

    /**
     * The gateway shuts down: end the streams one after another.
     *
     * @param over how long the last of them may wait for its turn
     */
    record Draining(Duration over) implements Signal {}
}
