package dev.hermes.gateway.http;

import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Limits how many streams are being opened at the same time; the others wait, first come, first served. When many
 * clients return together, the event loop then opens their streams in portions, with live events in between. Owned by
 * one event loop.
 */
final class AdmissionQueue {

    /** A few milliseconds of work, and more than a nearby Redis leaves unanswered. */
    private static final int AT_ONCE = 32;

    /** An opening that takes longer is waiting for an answer, and does not load the event loop meanwhile. */
    private static final long SHARE_MILLIS = 100;

    private record Waiting(BooleanSupplier gone, Supplier<Future<Void>> opening, Promise<Void> opened) {}

    private final OwnerLoop loop;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean starting;

    AdmissionQueue(OwnerLoop loop) {
        this.loop = loop;
    }

    /**
     * Runs the opening now or when earlier ones are done; completes as the opening does, and fails if it throws.
     *
     * @param gone whether the client has left; then the opening is not run, and the future completes
     */
    Future<Void> run(BooleanSupplier gone, Supplier<Future<Void>> opening) {
        Waiting last = new Waiting(gone, opening, Promise.promise());
        waiting.add(last);
        start();
        return last.opened().future();
    }

    private void start() {
        if (starting) {
            // Called by an opening that completed at once: the loop below continues by itself.
            return;
        }
        starting = true;
        try {
            while (underWay < AT_ONCE && !waiting.isEmpty()) {
                Waiting next = waiting.remove();
                if (next.gone().getAsBoolean()) {
                    next.opened().complete();
                } else {
                    open(next);
                }
            }
        } finally {
            starting = false;
        }
    }

    private void open(Waiting next) {
        underWay++;
        AtomicBoolean counted = new AtomicBoolean(true);
        Runnable giveBack = () -> {
            if (counted.compareAndSet(true, false)) {
                underWay--;
                start();
            }
        };
        Future<Void> opened =
                Future.<Void>succeededFuture().compose(turn -> next.opening().get());
        opened.onComplete(next.opened());
        if (opened.isComplete()) {
            giveBack.run();
        } else {
            loop.after(SHARE_MILLIS, giveBack);
            opened.onComplete(done -> giveBack.run());
        }
    }
}
