package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.auth.SseToken;
import dev.hermes.gateway.auth.TokenState;
import dev.hermes.gateway.auth.TokenStore;
import dev.hermes.gateway.delivery.Lease;
import dev.hermes.gateway.delivery.LeaseChecker;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A stream lasts as long as the credential it was opened with. Only SSE tokens can be taken back. */
record CredentialLease(Credential credential) implements Lease {

    @Override
    public @Nullable Instant expiresAt() {
        return credential.expiresAt();
    }

    @Override
    public boolean revocable() {
        return credential instanceof SseToken;
    }

    /** Asks the store, once for all that are due about the same time. */
    static LeaseChecker checker(TokenStore tokens) {
        return leases -> tokens.states(leases.stream()
                        .map(lease -> (SseToken) ((CredentialLease) lease).credential())
                        .toList())
                .map(states -> states.stream().map(CredentialLease::state).toList());
    }

    private static Lease.State state(TokenState state) {
        return switch (state) {
            case VALID -> Lease.State.VALID;
            case EXPIRED -> Lease.State.EXPIRED;
            case REVOKED -> Lease.State.REVOKED;
        };
    }
}
