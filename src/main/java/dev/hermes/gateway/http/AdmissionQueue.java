package dev.hermes.gateway.http;

import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets a bounded number of streams open at the same time; the others wait, first come, first served. A herd that comes back
 * together then takes the loop in portions, with live events between them, instead of all at once. Owned by one event loop.
 */
final class AdmissionQueue {

    /** A few milliseconds' work, and more than a Redis nearby leaves unanswered. */
    private static final int AT_ONCE = 32;

    /** What takes longer waits for something, and takes nothing from the loop meanwhile. */
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
     * Runs it now or when others are done; completes as it does, and fails if it throws.
     *
     * @param gone whether nobody waits for it any more; then it is not run, and completes
     */
    Future<Void> run(BooleanSupplier gone, Supplier<Future<Void>> opening) {
        Waiting last = new Waiting(gone, opening, Promise.promise());
        waiting.add(last);
        start();
        return last.opened().future();
    }

    private void start() {
        if (starting) {
            // One that completed at once: the loop below goes on by itself.
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
