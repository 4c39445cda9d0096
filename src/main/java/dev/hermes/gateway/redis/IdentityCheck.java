package dev.hermes.gateway.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Response;
import java.security.SecureRandom;
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
    private final Reasons reasons;
    private final SecureRandom random;
    private final Observer observer;
    private @Nullable String identity;
    private boolean writable = true;

    IdentityCheck(boolean cluster, Reasons reasons, SecureRandom random, Observer observer) {
        this.cluster = cluster;
        this.reasons = reasons;
        this.random = random;
        this.observer = observer;
    }

    /** Fails only when the connection gives no answer. */
    Future<Void> ask(RedisConnection connection) {
        return Replies.sendAll(connection, LogIdentity.ensure(random)).map(this::judge);
    }

    private @Nullable Void judge(List<@Nullable Response> replies) {
        Response last = replies.get(replies.size() - 1);
        if (!Replies.isError(last)) {
            judgeIdentity(LogIdentity.text(last));
        }
        Optional<@Nullable Response> error =
                replies.stream().filter(Replies::isError).findFirst();
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
        boolean moved = Replies.code(error).equals(Replies.MOVED);
        String hint = moved ? " (is HERMES_REDIS_CLUSTER to be true?)" : "";
        String reason = "Redis refuses to keep the log's identity: " + reasons.of(error.toString()) + hint;
        if (moved && cluster) {
            observer.moved();
        } else if (Replies.meansNodeUnusable(error)) {
            observer.unusable(reason);
        } else {
            writable = false;
            observer.writable(false, reason);
        }
    }
}
