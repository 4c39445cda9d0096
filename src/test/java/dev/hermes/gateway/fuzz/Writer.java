package dev.hermes.gateway.fuzz;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import net.jqwik.api.sessions.JqwikSession;

/** The thread on which all inputs are written: jqwik's generators work in a session, and there is one at a time. */
final class Writer implements AutoCloseable {

    private final ExecutorService thread = Executors.newSingleThreadExecutor(run -> new Thread(run, "fuzz-writer"));

    Writer() {
        thread.execute(JqwikSession::start);
    }

    /** Waits for it. */
    <T> T write(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, thread).join();
    }

    @Override
    public void close() {
        thread.execute(JqwikSession::finish);
        thread.shutdown();
    }
}
