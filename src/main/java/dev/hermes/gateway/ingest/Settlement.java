package dev.hermes.gateway.ingest;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;

/** Holds back callers until it is known whether the source has a hole right now. Owned by the loop of the link. */
final class Settlement {

    /** A little longer than other gateways get to prove that nothing is missing. */
    private static final long PATIENCE_MILLIS = 1_500;

    private final Vertx vertx;
    private List<Promise<Void>> waiting = new ArrayList<>();

    Settlement(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Completes with {@link #settled}, or after a time limit. */
    Future<Void> await() {
        Promise<Void> promise = Promise.promise();
        waiting.add(promise);
        long timer = vertx.setTimer(PATIENCE_MILLIS, late -> promise.tryComplete());
        return promise.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    void settled() {
        List<Promise<Void>> all = waiting;
        waiting = new ArrayList<>();
        all.forEach(Promise::tryComplete);
    }
}
