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
 * Finds out, as often as it is asked, which log Redis holds and whether it takes writes: both show when the log's identity
 * is seen to. Confined to the owner's loop.
 */
final class IdentityCheck {

    /** Hears what has changed. */
    interface Observer {

        void identity(String identity);

        /** Redis answers, and refuses what would be written; or takes it again. */
        void writable(boolean writable, String reason);

        /** Another node of the Cluster has the log. */
        void moved();

        /** This node is of no use. */
        void unusable(String reason);
    }

    private final boolean cluster;
    private final FailureText reasons;
    private final SecureRandom random;
    private final Observer observer;
    private @Nullable String identity;
    private boolean writable = true;

    IdentityCheck(boolean cluster, FailureText reasons, SecureRandom random, Observer observer) {
        this.cluster = cluster;
        this.reasons = reasons;
        this.random = random;
        this.observer = observer;
    }

    /** Fails only when the connection gives no answer. */
    Future<Void> ask(RedisConnection connection) {
        return RedisErrors.sendAll(connection, LogIdentity.ensure(random)).map(this::judge);
    }

    private @Nullable Void judge(List<@Nullable Response> replies) {
        Response last = replies.get(replies.size() - 1);
        if (!RedisErrors.isError(last)) {
            judgeIdentity(LogIdentity.text(last));
        }
        Optional<@Nullable Response> error =
                replies.stream().filter(RedisErrors::isError).findFirst();
        if (error.isPresent()) {
            judgeError(error.get());
        } else if (!writable) {
            writable = true;
            observer.writable(true, "");
        }
        return null;
    }

    private void judgeIdentity(@Nullable String found) {
        if (found != null && !found.equals(identity)) {
            identity = found;
            observer.identity(found);
        }
    }

    private void judgeError(Response error) {
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
     * The identity of what Redis holds: a random word in the hash {@code {hermes:events}:ingest}, made together with it. As
     * long as it stays the same, nobody has flushed, emptied or exchanged this Redis. A {@link RedisLink} makes it before it
     * reports Redis up, and anew within a second when it is gone.
     */
    public static final class LogIdentity {

        static final String FIELD = "identity";
        static final String VERSION_FIELD = "version";
        static final String VERSION = "1";

        private static final int RANDOM_BYTES = 16;

        private LogIdentity() {}

        /** The identity as it is now; null if it has just been lost. Fails as {@link RedisCommands#send} does. */
        public static Future<@Nullable String> read(RedisCommands commands) {
            return commands.send(get()).map(LogIdentity::text);
        }

        static Request get() {
            return Request.cmd(Command.HGET).arg(RedisNames.LOG_STATE).arg(FIELD);
        }

        /** Makes the hash where it is missing, touches nothing where it is there, and asks last what the identity is. */
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
