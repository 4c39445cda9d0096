package dev.hermes.gateway.chain;

import dev.hermes.gateway.log.redis.LogScripts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** A network in front of the log: calls and answers get lost, and calls come twice, the second time late. */
final class ModelLog implements ChainLog {

    private final Vertx vertx;
    private final ChainLog log;
    private final ModelGateway gateway;
    private final Random random;
    private final double fault;

    /**
     * @param fault how likely each fault is, for each call
     */
    ModelLog(Vertx vertx, ChainLog log, ModelGateway gateway, Random random, double fault) {
        this.vertx = vertx;
        this.log = log;
        this.gateway = gateway;
        this.random = random;
        this.fault = fault;
    }

    @Override
    public Future<LogScripts.Reply<Long>> draw(String identity, List<String> subscriptions, String name, Instant now) {
        boolean dies = happens();
        Future<LogScripts.Reply<Long>> drawn = answer(log.draw(identity, subscriptions, name, now));
        if (dies && gateway.mortal() && !gateway.first()) {
            gateway.kill();
        }
        return drawn;
    }

    @Override
    public Future<LogScripts.Reply<ChainCall.Answer>> chain(ChainCall.Batch batch) {
        if (happens()) {
            return answer(Future.failedFuture("the call was lost"));
        }
        if (happens()) {
            vertx.setTimer(1 + random.nextInt(100), late -> log.chain(batch));
        }
        return answer(log.chain(batch));
    }

    private <T> Future<T> answer(Future<T> asked) {
        Promise<T> promise = Promise.promise();
        boolean lost = happens();
        asked.onComplete(
                value -> gateway.does(ModelGateway.From.COMMANDS, () -> {
                    if (lost) {
                        promise.fail("the answer was lost");
                    } else {
                        promise.complete(value);
                    }
                }),
                failure -> gateway.does(ModelGateway.From.COMMANDS, () -> promise.fail(failure)));
        return promise.future();
    }

    private boolean happens() {
        return random.nextDouble() < fault;
    }
}
