package dev.hermes.gateway.event;

import dev.hermes.gateway.loop.LocalCodec;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonObject;
import java.util.Objects;

/**
 * An event that a publisher in the same JVM sends to the gateway over the event bus:
 *
 * <pre>{@code
 * Publication.registerCodec(vertx.eventBus());
 * vertx.eventBus().request(Publication.ADDRESS, new Publication("stats:updates", "stats_update", data));
 * }</pre>
 *
 * <p>The reply is the event's id as text, or a failure that says why. A {@link JsonObject} with members of the same
 * names works too and needs no codec.
 *
 * @param channel the channel's name in the catalogue
 * @param type {@code [A-Za-z0-9_.-]{1,64}} and not reserved
 * @param data copied, so the publisher may go on changing its own object; treat this copy as immutable
 */
public record Publication(String channel, String type, JsonObject data) {

    /** The event bus address on which the gateway listens. */
    public static final String ADDRESS = "hermes.events.publish";

    /**
     * Copies the data.
     *
     * @throws IllegalStateException if a value in the data has no JSON form
     */
    public Publication {
        Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(type, "type");
        data = data.copy();
    }

    /**
     * Lets this event bus carry publications. A deployed gateway has done so already; registering again does nothing.
     */
    public static void registerCodec(EventBus eventBus) {
        LocalCodec.register(eventBus, Publication.class);
    }
}
