package dev.hermes.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.hermes.gateway.config.Settings;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a gateway without Redis. Thread-safe, shared by all event loops; answers immediately. Holds at most
 * {@value #MAX_TOKENS}: beyond that each new token evicts another, which can open nothing more but does not count as
 * revoked. To tell the two apart, a revoked token stays in the store, marked, until it expires.
 */
final class MemoryTokenStore implements TokenStore {

    static final int MAX_TOKENS = 100_000;

    /** How long a token is kept after it expired, so that its bearer can be told so. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Cache<Settings.Secret, Entry> tokens;

    private record Entry(StoredToken stored, boolean revoked) {}

    /** @param nanos a monotonic clock in nanoseconds */
    MemoryTokenStore(InstantSource clock, LongSupplier nanos) {
        this.clock = clock;
        this.tokens = Caffeine.newBuilder()
                .maximumSize(MAX_TOKENS)
                .expireAfter(Expiry.<Settings.Secret, Entry>writing((token, entry) -> remaining(entry)))
                .ticker(nanos::getAsLong)
                .build();
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public Future<TokenStore.Lookup> find(Settings.Secret token) {
        Entry entry = tokens.getIfPresent(token);
        if (entry == null || entry.revoked()) {
            return Future.succeededFuture(new TokenStore.Lookup.Unknown());
        }
        StoredToken stored = entry.stored();
        if (!clock.instant().isBefore(stored.expiresAt())) {
            return Future.succeededFuture(new TokenStore.Lookup.Expired());
        }
        return Future.succeededFuture(new TokenStore.Lookup.Found(
                new Credential.SseToken(token, stored.scope(), stored.expiresAt(), stored.userId(), null)));
    }

    @Override
    public Future<TokenStore.IssuedToken> mint(String scope, @Nullable String userId, Duration ttl) {
        Instant expiresAt = clock.instant().truncatedTo(ChronoUnit.MICROS).plus(ttl);
        TokenStore.IssuedToken minted = new TokenStore.IssuedToken(
                StoredToken.TokenFormat.random(random), scope, List.of(StoredToken.PERMISSION), ttl, expiresAt);
        tokens.put(minted.token(), new Entry(new StoredToken(scope, userId, expiresAt), false));
        return Future.succeededFuture(minted);
    }

    @Override
    public Future<Boolean> revoke(Settings.Secret token, @Nullable String onlyUserId) {
        AtomicBoolean revoked = new AtomicBoolean();
        tokens.asMap().computeIfPresent(token, (text, entry) -> {
            StoredToken stored = entry.stored();
            if (entry.revoked() || (onlyUserId != null && !onlyUserId.equals(stored.userId()))) {
                return entry;
            }
            revoked.set(true);
            return new Entry(stored, true);
        });
        return Future.succeededFuture(revoked.get());
    }

    @Override
    public Future<List<TokenStore.State>> states(List<Credential.SseToken> asked) {
        Instant now = clock.instant();
        return Future.succeededFuture(asked.stream()
                .map(token -> {
                    Entry entry = tokens.getIfPresent(token.token());
                    boolean revoked = entry != null && entry.revoked();
                    return StoredToken.StateRule.of(token, entry != null && !revoked, revoked, now);
                })
                .toList());
    }

    /** The number of tokens held now, including revoked ones. */
    long size() {
        tokens.cleanUp();
        return tokens.estimatedSize();
    }

    private Duration remaining(Entry entry) {
        Duration left =
                Duration.between(clock.instant(), entry.stored().expiresAt()).plus(REMEMBERED);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
