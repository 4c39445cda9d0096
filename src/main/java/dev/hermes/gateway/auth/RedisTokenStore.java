package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import io.github.bucket4j.Bucket;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens under {@code sse:token:{token}}, in the format that Hermes uses. Any event loop.
 *
 * <p>The log's identity is read in the same pipeline, after the keys. If it were read before them, a Redis emptied in
 * between would look like one in which every token was revoked.
 */
final class RedisTokenStore implements TokenStore {

    private static final String IDENTITY_FIELD = "identity";

    /** One for the token's own key, two for the keys by which it may have been revoked. */
    private static final int REQUESTS_A_TOKEN = 3;

    private static final Logger LOG = LoggerFactory.getLogger(RedisTokenStore.class);

    private final RedisCommands redis;
    private final boolean cluster;
    private final InstantSource clock;
    private final Revocations revocations = new Revocations();
    private final SecureRandom random = new SecureRandom();

    /** One warning per minute: a Redis that rejects the command for one token rejects it for all. */
    private final Bucket warnings = Bucket.builder()
            .addLimit(limit -> limit.capacity(1).refillGreedy(1, Duration.ofMinutes(1)))
            .build();

    /** Written and read on any thread; any value that is seen is correct. */
    private volatile @Nullable String lastIdentity;

    RedisTokenStore(RedisCommands redis, boolean cluster, InstantSource clock) {
        this.redis = redis;
        this.cluster = cluster;
        this.clock = clock;
    }

    @Override
    public boolean available() {
        return redis.available();
    }

    @Override
    public Future<TokenStore.Lookup> find(Settings.Secret token) {
        if (!StoredToken.TokenFormat.wellFormed(token.reveal())) {
            return Future.succeededFuture(new TokenStore.Lookup.Unknown());
        }
        return sendAll(List.of(get(token), identityRequest())).map(answers -> {
            String json = text(answers, 0);
            return found(token, json == null ? null : StoredToken.parse(json), text(answers, 1));
        });
    }

    private TokenStore.Lookup found(Settings.Secret token, @Nullable StoredToken stored, @Nullable String identity) {
        if (stored == null) {
            return new TokenStore.Lookup.Unknown();
        }
        if (!clock.instant().isBefore(stored.expiresAt())) {
            return new TokenStore.Lookup.Expired();
        }
        return new TokenStore.Lookup.Found(
                new Credential.SseToken(token, stored.scope(), stored.expiresAt(), stored.userId(), shared(identity)));
    }

    /** The same text object for equal identities, since every token of one log has the same identity. */
    private @Nullable String shared(@Nullable String identity) {
        String last = lastIdentity;
        if (identity != null && identity.equals(last)) {
            return last;
        }
        lastIdentity = identity;
        return identity;
    }

    @Override
    public Future<TokenStore.IssuedToken> mint(String scope, @Nullable String userId, Duration ttl) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        TokenStore.IssuedToken minted = new TokenStore.IssuedToken(
                StoredToken.TokenFormat.random(random), scope, List.of(StoredToken.PERMISSION), ttl, now.plus(ttl));
        String json = new StoredToken(scope, userId, minted.expiresAt()).json(now);
        Request set = Request.cmd(Command.SET)
                .arg(key(minted.token()))
                .arg(json)
                .arg("EX")
                .arg(ttl.toSeconds());
        return send(set).map(minted);
    }

    @Override
    public Future<Boolean> revoke(Settings.Secret token, @Nullable String onlyUserId) {
        if (!StoredToken.TokenFormat.wellFormed(token.reveal())) {
            return Future.succeededFuture(false);
        }
        if (onlyUserId == null) {
            return delete(token, null);
        }
        // Not atomic, which is harmless: a token's text is never given to another user later.
        return send(get(token)).compose(answer -> {
            String json = text(answer);
            StoredToken stored = json == null ? null : StoredToken.parse(json);
            if (stored == null) {
                // The key is gone, but the token's streams know whose it was.
                return delete(token, onlyUserId);
            }
            return onlyUserId.equals(stored.userId()) ? delete(token, null) : Future.succeededFuture(false);
        });
    }

    @Override
    public Future<List<TokenStore.State>> states(List<Credential.SseToken> tokens) {
        if (tokens.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return cluster ? eachState(tokens) : allStates(tokens);
    }

    /** Asks with a single command, since nearly always all keys exist. */
    private Future<List<TokenStore.State>> allStates(List<Credential.SseToken> tokens) {
        Request exist = Request.cmd(Command.EXISTS);
        tokens.forEach(token -> exist.arg(key(token.token())));
        return sendAll(List.of(exist, identityRequest()))
                .compose(answers -> count(answers.get(0)) == tokens.size()
                        ? Future.succeededFuture(statesOf(tokens, index -> true, index -> false, text(answers, 1)))
                        : eachState(tokens));
    }

    private Future<List<TokenStore.State>> eachState(List<Credential.SseToken> tokens) {
        List<Request> requests = new ArrayList<>(REQUESTS_A_TOKEN * tokens.size() + 1);
        for (Credential.SseToken token : tokens) {
            requests.add(Request.cmd(Command.EXISTS).arg(key(token.token())));
            requests.addAll(Revocations.keys(token));
        }
        requests.add(identityRequest());
        return sendAll(requests)
                .map(answers -> statesOf(
                        tokens,
                        index -> count(answers.get(REQUESTS_A_TOKEN * index)) > 0,
                        index -> count(answers.get(REQUESTS_A_TOKEN * index + 1)) > 0
                                || count(answers.get(REQUESTS_A_TOKEN * index + 2)) > 0,
                        text(answers, requests.size() - 1)));
    }

    private List<TokenStore.State> statesOf(
            List<Credential.SseToken> tokens, IntPredicate present, IntPredicate revoked, @Nullable String identity) {
        Instant now = clock.instant();
        List<TokenStore.State> states = new ArrayList<>(tokens.size());
        for (int index = 0; index < tokens.size(); index++) {
            Credential.SseToken token = tokens.get(index);
            boolean sameLog = identity != null && identity.equals(token.identity());
            boolean isRevoked =
                    !present.test(index) && (sameLog || revoked.test(index) || revocations.isRevoked(token));
            states.add(StoredToken.StateRule.of(token, present.test(index), isRevoked, now));
        }
        return List.copyOf(states);
    }

    private Future<Boolean> delete(Settings.Secret token, @Nullable String onlyUserId) {
        // Published before the key is deleted, so that whoever finds the key missing also finds the revocation.
        revocations
                .announce(token, onlyUserId)
                .forEach(request -> send(request).onFailure(unanswered -> LOG.debug("revocation not told")));
        if (onlyUserId != null) {
            return Future.succeededFuture(false);
        }
        return send(Request.cmd(Command.DEL).arg(key(token))).map(answer -> count(answer) > 0);
    }

    @Override
    public void heardRevoked(String digest) {
        revocations.received(digest);
    }

    private static Request get(Settings.Secret token) {
        return Request.cmd(Command.GET).arg(key(token));
    }

    private static Request identityRequest() {
        return Request.cmd(Command.HGET).arg(RedisNames.LOG_STATE).arg(IDENTITY_FIELD);
    }

    private static String key(Settings.Secret token) {
        return RedisNames.TOKEN_KEYS + token.reveal();
    }

    private static @Nullable String text(List<@Nullable Response> answers, int index) {
        return text(answers.get(index));
    }

    private static @Nullable String text(@Nullable Response answer) {
        return answer == null ? null : answer.toString();
    }

    private static long count(@Nullable Response answer) {
        return answer == null ? 0 : answer.toLong();
    }

    private Future<@Nullable Response> send(Request request) {
        return redis.send(request).recover(this::unanswered).map(this::answered);
    }

    private Future<List<@Nullable Response>> sendAll(List<Request> requests) {
        return redis.sendAll(requests).recover(this::unanswered).map(answers -> {
            answers.forEach(this::answered);
            return answers;
        });
    }

    private <T> Future<T> unanswered(Throwable failure) {
        return Future.failedFuture(
                failure instanceof RedisCommands.UnavailableException ? failure : unavailable(failure.toString()));
    }

    /**
     * Fails for an error reply (LOADING, READONLY, NOPERM): it says nothing about the token, so it counts as no
     * answer.
     */
    private @Nullable Response answered(@Nullable Response answer) {
        if (answer != null && answer.type() == ResponseType.ERROR) {
            throw unavailable(answer.toString());
        }
        return answer;
    }

    /** Keeps only the first word of the error: some errors quote the command's arguments, and so the token. */
    private RedisCommands.UnavailableException unavailable(String error) {
        String code = error.split(" ", 2)[0];
        if (warnings.tryConsume(1)) {
            LOG.warn("token command refused error={}", code);
        }
        return new RedisCommands.UnavailableException("Redis refused a token command: " + code);
    }
}
