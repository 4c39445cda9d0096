package dev.hermes.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Announces revoked tokens to all gateways, and remembers those announced. A revocation is announced in two ways:
 * immediately over {@link RedisNames#REVOKED_CHANNEL}, and, for gateways that were not listening, by a key beside the
 * token's own, since a missing token key may also mean an emptied Redis. Only a digest is published, which is useless
 * to anyone who receives it. Thread-safe.
 */
final class Revocations {

    /** No token lives longer, and a revocation has no use after the token's end. */
    private static final Duration REMEMBERED = Duration.ofMinutes(61);

    private static final int MOST_REMEMBERED = 100_000;

    private final Cache<String, Boolean> revoked = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .build();

    /** A revocation was received. */
    void received(String digest) {
        revoked.put(digest, true);
    }

    /**
     * The commands that announce a revocation, to be sent in this order.
     *
     * @param onlyUserId if not null, the revocation holds only if the token belongs to this user
     */
    List<Request> announce(Settings.Secret token, @Nullable String onlyUserId) {
        String digest = digest(token, onlyUserId);
        received(digest);
        return List.of(
                Request.cmd(Command.SET)
                        .arg(RedisNames.REVOKED_KEYS + digest)
                        .arg("1")
                        .arg("EX")
                        .arg(REMEMBERED.toSeconds()),
                Request.cmd(Command.PUBLISH).arg(RedisNames.REVOKED_CHANNEL).arg(digest));
    }

    boolean isRevoked(Credential.SseToken token) {
        return digests(token).anyMatch(digest -> revoked.getIfPresent(digest) != null);
    }

    /**
     * The commands that ask for the revocation keys of a token, always the same number; each is answered with 1 if
     * the key exists.
     */
    static List<Request> keys(Credential.SseToken token) {
        return digests(token)
                .map(digest -> Request.cmd(Command.EXISTS).arg(RedisNames.REVOKED_KEYS + digest))
                .toList();
    }

    private static Stream<String> digests(Credential.SseToken token) {
        return Stream.of(digest(token.token(), null), digest(token.token(), String.valueOf(token.userId())));
    }

    private static String digest(Settings.Secret token, @Nullable String userId) {
        String text = userId == null ? token.reveal() : token.reveal() + " " + userId;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
