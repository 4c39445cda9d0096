package dev.hermes.gateway.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a stream's permission is good for. Delivery watches it without knowing what stands behind it. */
public interface Lease {

    /** When it ends by itself, or null for never. */
    @Nullable
    Instant expiresAt();

    /** Whether it can be taken back before; only such leases are handed to the {@link LeaseChecker}. */
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
}
