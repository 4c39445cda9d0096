package dev.hermes.gateway;

import dev.hermes.gateway.event.Signal;
import java.time.InstantSource;

/** Tells the streams that Redis was lost and that it is back, each once, in turns. Owned by the loop of the link. */
final class BackendNews {

    private final HubSignals hubs;
    private final InstantSource clock;

    /** What the streams know. */
    private boolean down;

    BackendNews(HubSignals hubs, InstantSource clock) {
        this.hubs = hubs;
        this.clock = clock;
    }

    void down(String reason) {
        if (!down) {
            down = true;
            hubs.tell(new Signal.BackendDown(clock.instant(), reason));
        }
    }

    void up() {
        if (down) {
            down = false;
            hubs.tell(new Signal.BackendUp(clock.instant()));
        }
    }
}
