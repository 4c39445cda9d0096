package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Channel;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The permission of a stream. Delivery checks it without knowing the kind of credential behind it. */
public interface StreamPermit {

    /** When the permission expires, or null for never. */
    @Nullable
    Instant expiresAt();

    /** Whether the permission can be revoked earlier; only such permits are given to the {@link Checker}. */
    boolean revocable();

    /** Whether checking this permit may take long, so that it must not delay the check of others. */
    default boolean askedAlone() {
        return false;
    }

    /** What the permission covers; holds no credential. */
    Scope scope();

    /** What a permission covers. */
    @FunctionalInterface
    public interface Scope {

        /**
         * Whether an event of a channel may be seen.
         *
         * @param key what the event is about, or null
         */
        boolean covers(Channel channel, @Nullable String key);
    }

    /** Whether the permission is still valid. */
    enum State {
        VALID,
        EXPIRED,
        REVOKED
    }

    /** Checks whether permits are still valid. Called on a hub's loop; results arrive there. */
    @FunctionalInterface
    public interface Checker {

        /** One state for each permit, in order. Fails if the check was impossible; no stream is closed then. */
        Future<List<StreamPermit.State>> check(List<StreamPermit> permits);
    }
}
