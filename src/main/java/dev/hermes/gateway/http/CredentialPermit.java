package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.auth.Scopes;
import dev.hermes.gateway.auth.TokenStore;
import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.delivery.StreamPermit;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A permit that lasts as long as the credential with which the stream was opened. Only SSE tokens, and credentials
 * that Hermes has confirmed, can be revoked earlier.
 */
record CredentialPermit(Credential credential) implements StreamPermit {

    @Override
    public @Nullable Instant expiresAt() {
        return credential.expiresAt();
    }

    @Override
    public boolean revocable() {
        return credential instanceof Credential.SseToken || credential instanceof Credential.Vouched;
    }

    /** Hermes may be slow, which must not delay the end of a stream whose token was revoked. */
    @Override
    public boolean askedAlone() {
        return credential instanceof Credential.Vouched;
    }

    /** Reads a token's scope when it is asked, since every stream that ends takes this and hardly any is ever asked. */
    @Override
    public Scope scope() {
        if (credential instanceof Credential.SseToken token) {
            String scope = token.scope();
            return (channel, key) -> allows(Scopes.of(scope), channel, key);
        }
        Scopes scopes = credential.scopes();
        return (channel, key) -> allows(scopes, channel, key);
    }

    private static boolean allows(Scopes scopes, Channel channel, @Nullable String key) {
        return key == null ? scopes.allows(channel.scope()) : scopes.allowsKey(channel.scope(), key);
    }

    /** The kind of the credential, for operators. */
    String kind() {
        if (credential instanceof Credential.SseToken) {
            return "token";
        }
        if (credential instanceof Credential.Jwt) {
            return "jwt";
        }
        return credential instanceof Credential.ApiKey ? "api_key" : "hermes";
    }

    /**
     * A checker that asks the store once for all tokens that are due together, and Hermes once for each credential.
     * If either does not answer, no stream ends.
     *
     * @param oldest how old a kept answer of Hermes may be
     */
    static StreamPermit.Checker checker(TokenStore tokens, @Nullable IdentityEndpoint identity, Duration oldest) {
        return permits -> {
            List<Credential.SseToken> stored = new ArrayList<>();
            List<Future<State>> vouched = new ArrayList<>();
            for (StreamPermit permit : permits) {
                Credential credential = ((CredentialPermit) permit).credential();
                if (credential instanceof Credential.SseToken token) {
                    stored.add(token);
                } else if (credential instanceof Credential.Vouched asked && identity != null) {
                    vouched.add(state(identity, asked, oldest));
                }
            }
            return states(tokens, stored)
                    .compose(tokenStates ->
                            Future.all(vouched).map(answered -> inOrder(permits, tokenStates, answered.list())));
        };
    }

    private static Future<List<State>> states(TokenStore tokens, List<Credential.SseToken> stored) {
        List<State> unanswered = stored.stream().map(token -> State.VALID).toList();
        return stored.isEmpty()
                ? Future.succeededFuture(unanswered)
                : tokens.states(stored)
                        .map(states ->
                                states.stream().map(CredentialPermit::state).toList())
                        .otherwise(unanswered);
    }

    private static Future<State> state(IdentityEndpoint identity, Credential.Vouched asked, Duration oldest) {
        return identity.ask(asked.presented(), oldest)
                .map(answer -> answer instanceof IdentityEndpoint.Answer.Denied ? State.REVOKED : State.VALID)
                .otherwise(State.VALID);
    }

    private static List<State> inOrder(List<StreamPermit> permits, List<State> tokens, List<State> vouched) {
        Iterator<State> nextToken = tokens.iterator();
        Iterator<State> nextVouched = vouched.iterator();
        return permits.stream()
                .map(permit -> ((CredentialPermit) permit).credential() instanceof Credential.SseToken
                        ? nextToken.next()
                        : nextVouched.next())
                .toList();
    }

    private static State state(TokenStore.State state) {
        return switch (state) {
            case VALID -> State.VALID;
            case EXPIRED -> State.EXPIRED;
            case REVOKED -> State.REVOKED;
        };
    }
}
