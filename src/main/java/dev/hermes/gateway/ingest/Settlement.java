package dev.hermes.gateway.ingest;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Holds back callers until it is known whether the source has a hole right now. Owned by the loop of the link. */
final class Settlement {

    /** A little longer than other gateways get to prove that nothing is missing. */
    private static final long PATIENCE_MILLIS = 1_500;

    private final Vertx vertx;
    private final BooleanSupplier known;
    private List<Promise<Void>> waiting = new ArrayList<>();

    /** @param known whether it is known already */
    Settlement(Vertx vertx, BooleanSupplier known) {
        this.vertx = vertx;
        this.known = known;
    }

    /** Completes when it is known, or fails after a time limit. */
    Future<Void> await() {
        if (known.getAsBoolean()) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        waiting.add(promise);
        long timer = vertx.setTimer(PATIENCE_MILLIS, late -> {
            waiting.remove(promise);
            promise.tryFail("what is heard has no place in the log yet");
        });
        return promise.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    void settled() {
        List<Promise<Void>> all = waiting;
        waiting = new ArrayList<>();
        all.forEach(Promise::tryComplete);
    }
}
