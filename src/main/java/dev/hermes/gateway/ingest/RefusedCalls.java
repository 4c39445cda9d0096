package dev.hermes.gateway.ingest;

import dev.hermes.gateway.chain.ChainCall;
import dev.hermes.gateway.chain.ChainLog;
import dev.hermes.gateway.log.redis.LogScripts;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;

/**
 * Hands the chain's calls on and notes whether the log refuses them: Redis may be there, answer and take writes, and yet
 * keep nothing of what is heard, because the log is kept by another version or is no stream. Owned by the loop of the link.
 */
final class RefusedCalls implements ChainLog {

    private final ChainLog log;
    private final PersistentFailure refusal;
    private long answers;

    RefusedCalls(ChainLog log, PersistentFailure refusal) {
        this.log = log;
        this.refusal = refusal;
    }

    @Override
    public Future<LogScripts.Reply<Long>> draw(
            String identity, List<String> subscriptions, String gateway, Instant now) {
        return log.draw(identity, subscriptions, gateway, now).onComplete(this::note);
    }

    @Override
    public Future<LogScripts.Reply<ChainCall.Answer>> chain(ChainCall.Batch batch) {
        return log.chain(batch).onComplete(this::note);
    }

    /** How many calls were answered so far, by whatever. */
    long answers() {
        return answers;
    }

    private void note(AsyncResult<? extends LogScripts.Reply<?>> result) {
        answers++;
        if (result.succeeded() && result.result() instanceof LogScripts.Reply.NoState) {
            refusal.failed("the log's state is not there");
        } else if (result.succeeded()) {
            refusal.over();
        } else {
            refusal.failed("the log refuses what is heard: " + result.cause().getMessage());
        }
    }
}
