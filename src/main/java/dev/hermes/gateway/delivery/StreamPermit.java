package dev.hermes.gateway.delivery;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a stream's permission is good for. Delivery watches it without knowing what stands behind it. */
public interface StreamPermit {

    /** When it ends by itself, or null for never. */
    @Nullable
    Instant expiresAt();

    /** Whether it can be taken back before; only such permits are handed to the {@link Checker}. */
    boolean revocable();

    /** Whether its question may take long, so that none about others may wait for the same answer. */
    default boolean askedAlone() {
        return false;
    }

    /** Whether it still stands. */
    enum State {
        VALID,
        EXPIRED,
        REVOKED
    }

    /** Asks whether permits still stand. Called on a hub's loop, answers there. */
    @FunctionalInterface
    public interface Checker {

        /** One state for each permit, in order. Fails when nobody could be asked; nothing is closed then. */
        Future<List<StreamPermit.State>> check(List<StreamPermit> permits);
    }
}
