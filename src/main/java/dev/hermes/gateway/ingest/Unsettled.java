package dev.hermes.gateway.ingest;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;

/** Whoever waits until it is known whether the source has a hole right now. Owned by the loop of the link. */
final class Unsettled {

    /** A little more than others get to prove that nothing is missing. */
    private static final long PATIENCE_MILLIS = 1_500;

    private final Vertx vertx;
    private List<Promise<Void>> waiting = new ArrayList<>();

    Unsettled(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Completes with {@link #settled}, or when that takes too long. */
    Future<Void> await() {
        Promise<Void> one = Promise.promise();
        waiting.add(one);
        long patience = vertx.setTimer(PATIENCE_MILLIS, late -> one.tryComplete());
        return one.future().onComplete(done -> vertx.cancelTimer(patience));
    }

    void settled() {
        List<Promise<Void>> all = waiting;
        waiting = new ArrayList<>();
        all.forEach(Promise::tryComplete);
    }
}
