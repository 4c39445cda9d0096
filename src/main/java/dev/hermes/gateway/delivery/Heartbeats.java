package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Sends heartbeats. A heartbeat carries the last position delivered to its stream, never a later one, so a client
 * that resumes from it skips nothing. All live streams due in one tick share one frame. Owned by the hub's loop.
 */
final class Heartbeats {

    private final Window window;
    private final HubSettings.Clocks time;
    private final HubCounters counters;
    private @Nullable Frame shared;

    Heartbeats(Window window, HubSettings.Clocks time, HubCounters counters) {
        this.window = window;
        this.time = time;
        this.counters = counters;
    }

    /** Sends a heartbeat to a stream that is due in this tick; false if there is no memory for it. */
    boolean send(SseStream stream) {
        if (!stream.live()) {
            return sendAlone(stream);
        }
        try {
            if (shared == null) {
                shared = frame(window.tip());
            }
            stream.sendShared(shared);
        } catch (OutOfMemoryError outsideTheHeap) {
            return false;
        }
        counters.heartbeat();
        return true;
    }

    /** Sends a heartbeat to a stream outside the common schedule, or behind the others; false if there is no memory for it. */
    boolean sendAlone(SseStream stream) {
        try {
            stream.send(frame(stream.live() ? window.tip() : stream.cursor()));
        } catch (OutOfMemoryError outsideTheHeap) {
            return false;
        }
        counters.heartbeat();
        return true;
    }

    /** Releases the frame shared within the tick. */
    void endTick() {
        if (shared != null) {
            shared.release();
            shared = null;
        }
    }

    private Frame frame(EventId position) {
        JsonObject data =
                new JsonObject().put("timestamp", time.wall().instant().toString());
        return Frame.Encoder.control(null, position, "heartbeat", data);
    }
}
