package dev.hermes.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * Lets a bounded number of streams open at the same time; the others wait, first come, first served. A herd that comes back
 * together then takes the loop in portions, with live events between them, instead of all at once. Owned by one event loop.
 */
final class OpeningQueue {

    /** More than the answers of Redis take to come, at any rate a loop could keep up with; a few milliseconds' work. */
    private static final int AT_ONCE = 32;

    private record Waiting(Supplier<Future<Void>> opening, Promise<Void> opened) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean starting;

    /** Runs it now or when others are done; completes as it does, and fails if it throws. */
    Future<Void> run(Supplier<Future<Void>> opening) {
        Waiting last = new Waiting(opening, Promise.promise());
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
        while (underWay < AT_ONCE && !waiting.isEmpty()) {
            Waiting next = waiting.remove();
            underWay++;
            Future.<Void>succeededFuture()
                    .compose(turn -> next.opening().get())
                    .onComplete(done -> underWay--)
                    .onComplete(next.opened())
                    .onComplete(done -> start());
        }
        starting = false;
    }
}
