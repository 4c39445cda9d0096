package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Heartbeats carry the last position handed to their stream, never further: who resumes from one skips nothing. The live
 * streams due in one tick share one frame. Owned by the hub's loop.
 */
final class Heartbeats {

    private final Window window;
    private final HubSettings.Clocks time;
    private @Nullable Frame shared;

    Heartbeats(Window window, HubSettings.Clocks time) {
        this.window = window;
        this.time = time;
    }

    /** For a stream that is due in this tick. */
    void send(SseStream stream) {
        if (!stream.live()) {
            sendAlone(stream);
            return;
        }
        if (shared == null) {
            shared = frame(window.tip());
        }
        stream.sendShared(shared);
    }

    /** For a stream out of its time, or behind the others. */
    void sendAlone(SseStream stream) {
        stream.send(frame(stream.live() ? window.tip() : stream.cursor()));
    }

    /** The tick is over. */
    void endTick() {
        if (shared != null) {
            shared.release();
            shared = null;
        }
    }

    private Frame frame(EventId position) {
        JsonObject data =
                new JsonObject().put("timestamp", time.wall().instant().toString());
        return FrameEncoder.control(null, position, "heartbeat", data);
    }
}
