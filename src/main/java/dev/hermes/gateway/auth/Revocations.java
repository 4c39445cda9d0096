package dev.hermes.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hermes.gateway.config.Secret;
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
 * That somebody took a token back, said to all gateways in two ways: at once, over {@link RedisNames#REVOKED_CHANNEL}, and for those who did
 * not listen by a key beside the token's own, since a key that is gone may as well have gone with an emptied Redis. What is
 * said is a digest, of no use to whoever hears it. Thread-safe.
 */
final class Revocations {

    /** No token lasts longer, nor is a revocation of use after its end. */
    private static final Duration REMEMBERED = Duration.ofMinutes(61);

    private static final int MOST_REMEMBERED = 100_000;

    private final Cache<String, Boolean> heard = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .build();

    /** One was heard of. */
    void heard(String digest) {
        heard.put(digest, true);
    }

    /**
     * Tells of one, to be sent in that order.
     *
     * @param onlyUserId if not null, it holds only where the token is that user's
     */
    List<Request> tell(Secret token, @Nullable String onlyUserId) {
        String digest = digest(token, onlyUserId);
        heard(digest);
        return List.of(
                Request.cmd(Command.SET)
                        .arg(RedisNames.REVOKED_KEYS + digest)
                        .arg("1")
                        .arg("EX")
                        .arg(REMEMBERED.toSeconds()),
                Request.cmd(Command.PUBLISH).arg(RedisNames.REVOKED_CHANNEL).arg(digest));
    }

    boolean heardOf(Credential.SseToken token) {
        return digests(token).anyMatch(digest -> heard.getIfPresent(digest) != null);
    }

    /** Asks for those keys, each answered with 1 if it is there; always as many. */
    static List<Request> keys(Credential.SseToken token) {
        return digests(token)
                .map(digest -> Request.cmd(Command.EXISTS).arg(RedisNames.REVOKED_KEYS + digest))
                .toList();
    }

    private static Stream<String> digests(Credential.SseToken token) {
        return Stream.of(digest(token.token(), null), digest(token.token(), String.valueOf(token.userId())));
    }

    private static String digest(Secret token, @Nullable String userId) {
        String text = userId == null ? token.reveal() : token.reveal() + " " + userId;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
