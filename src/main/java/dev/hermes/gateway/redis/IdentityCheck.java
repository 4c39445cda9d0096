package dev.hermes.gateway.redis;

import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks on demand which log Redis holds and whether Redis takes writes; both show when the log's identity is created
 * or read. Confined to the owner's loop.
 */
final class IdentityCheck {

    /** Learns of changes. */
    interface Observer {

        void identity(String identity);

        /** Redis answers but rejects writes; or accepts them, at first or again. */
        void writable(boolean writable, String reason);

        /** Another node of the Cluster owns the log now. */
        void moved();

        /** This node cannot be used. */
        void unusable(String reason);
    }

    private final boolean cluster;
    private final FailureText reasons;
    private final SecureRandom random;
    private final Observer observer;
    private @Nullable String identity;

    private boolean writable;

    IdentityCheck(boolean cluster, FailureText reasons, SecureRandom random, Observer observer) {
        this.cluster = cluster;
        this.reasons = reasons;
        this.random = random;
        this.observer = observer;
    }

    /** Fails only if the connection gives no answer. */
    Future<Void> ask(RedisConnection connection) {
        return RedisErrors.sendAll(connection, LogIdentity.ensure(random)).map(this::check);
    }

    private @Nullable Void check(List<@Nullable Response> replies) {
        Response last = replies.get(replies.size() - 1);
        if (!RedisErrors.isError(last)) {
            checkIdentity(LogIdentity.text(last));
        }
        Optional<@Nullable Response> error =
                replies.stream().filter(RedisErrors::isError).findFirst();
        if (error.isPresent()) {
            checkError(error.get());
        } else if (!writable) {
            writable = true;
            observer.writable(true, "");
        }
        return null;
    }

    private void checkIdentity(@Nullable String found) {
        if (found != null && !found.equals(identity)) {
            identity = found;
            observer.identity(found);
        }
    }

    private void checkError(Response error) {
        boolean moved = RedisErrors.code(error).equals(RedisErrors.MOVED);
        String hint = moved ? " (is HERMES_REDIS_CLUSTER to be true?)" : "";
        String reason = "Redis refuses to keep the log's identity: " + reasons.of(error.toString()) + hint;
        if (moved && cluster) {
            observer.moved();
        } else if (RedisErrors.meansNodeUnusable(error)) {
            observer.unusable(reason);
        } else {
            writable = false;
            observer.writable(false, reason);
        }
    }

    /**
     * The identity of the log in Redis: a random word in the hash {@code {hermes:events}:ingest}, created together
     * with it. As long as it stays the same, Redis was not flushed, emptied or replaced. A {@link RedisLink} creates
     * it before it reports Redis up, and again within a second when it is missing.
     */
    public static final class LogIdentity {

        static final String FIELD = "identity";
        static final String VERSION_FIELD = "version";
        static final String VERSION = "1";

        private static final int RANDOM_BYTES = 16;

        private LogIdentity() {}

        /** The current identity; null if it was just lost. Fails as {@link RedisCommands#send} does. */
        public static Future<@Nullable String> read(RedisCommands commands) {
            return commands.send(get()).map(LogIdentity::text);
        }

        static Request get() {
            return Request.cmd(Command.HGET).arg(RedisNames.LOG_STATE).arg(FIELD);
        }

        /** Creates the hash if it is missing, leaves it unchanged if it exists, and finally reads the identity. */
        static List<Request> ensure(SecureRandom random) {
            byte[] word = new byte[RANDOM_BYTES];
            random.nextBytes(word);
            return List.of(
                    Request.cmd(Command.HSETNX)
                            .arg(RedisNames.LOG_STATE)
                            .arg(FIELD)
                            .arg(HexFormat.of().formatHex(word)),
                    Request.cmd(Command.HSETNX)
                            .arg(RedisNames.LOG_STATE)
                            .arg(VERSION_FIELD)
                            .arg(VERSION),
                    get());
        }

        static @Nullable String text(@Nullable Response response) {
            return response == null ? null : response.toString();
        }
    }
}
