package dev.hermes.gateway.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live value of {@code HERMES_ENABLE_SSE}. {@link #enabled} may be read from any thread; read it once per
 * request. Listeners are called on the context on which they were added. A change in the file takes effect once the
 * file has not changed for {@value #PERIOD_MILLIS} ms, so that a file that is half written, being replaced or briefly
 * missing switches nothing.
 */
public final class SseFlag {

    private static final Logger LOG = LoggerFactory.getLogger(SseFlag.class);
    private static final long PERIOD_MILLIS = 500;

    private record Listener(Context context, Consumer<Boolean> consumer) {}

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    private final AtomicLong failedReloads = new AtomicLong();

    private volatile boolean enabled;

    /** Set once, before any other code sees this object; null if no file is watched. */
    private volatile @Nullable Watch watch;

    private SseFlag(boolean enabled) {
        this.enabled = enabled;
    }

    /** A flag that no file changes. */
    public static SseFlag fixed(boolean enabled) {
        return new SseFlag(enabled);
    }

    /**
     * Watches the file that the settings came from, if there is one; the future completes after the first reading.
     * May be called from any thread. The environment overrides the file. Must be closed.
     */
    public static Future<SseFlag> watch(Vertx vertx, SettingsLoader.Loaded loaded) {
        SseFlag flag = new SseFlag(loaded.settings().sseEnabled());
        Path file = loaded.file().path();
        if (file == null) {
            return Future.succeededFuture(flag);
        }
        Promise<SseFlag> watching = Promise.promise();
        Context context = vertx.getOrCreateContext();
        context.runOnContext(start -> {
            FileChanges changes = new FileChanges(file, loaded.file().overridden(), flag::set, flag::reloadFailed);
            Watch watch = new Watch(vertx, context, FileChanges.Store.watching(vertx, file, PERIOD_MILLIS), changes);
            flag.watch = watch;
            watch.start().map(flag).onComplete(watching);
        });
        return watching.future();
    }

    /** Whether streams are served. */
    public boolean enabled() {
        return enabled;
    }

    /**
     * Calls {@code listener} with the new state at every later change, on the caller's context. Read {@link #enabled}
     * after adding it, since earlier changes are not reported.
     */
    public void onChange(Vertx vertx, Consumer<Boolean> listener) {
        listeners.add(new Listener(vertx.getOrCreateContext(), listener));
    }

    /** Counts a reading of changed settings that cannot be used. Any thread. */
    public void reloadFailed() {
        failedReloads.incrementAndGet();
    }

    /** How often changed settings could not be used. Any thread. */
    public long failedReloads() {
        return failedReloads.get();
    }

    /** Stops watching; the state stays as it is, and no listener is called again. */
    public Future<Void> close() {
        listeners.clear();
        Watch current = watch;
        return current == null ? Future.succeededFuture() : current.close();
    }

    /**
     * Switches the flag as a change of the file would, until the file changes again; for a gateway without a file.
     * Any thread.
     */
    public void switchTo(boolean state) {
        set(state);
    }

    private synchronized void set(boolean state) {
        if (enabled == state) {
            return;
        }
        enabled = state;
        LOG.info("setting={} value={} streams={}", Setting.HERMES_ENABLE_SSE, state, state ? "served" : "ended");
        listeners.forEach(listener ->
                listener.context().runOnContext(told -> listener.consumer().accept(state)));
    }

    /** The retriever, and the wait until the file stops changing. Runs on {@code context} only. */
    private static final class Watch {

        private static final long NO_TIMER = -1;

        private final Vertx vertx;
        private final Context context;
        private final ConfigRetriever retriever;
        private final FileChanges changes;
        private long settling = NO_TIMER;
        private boolean closed;

        Watch(Vertx vertx, Context context, ConfigRetriever retriever, FileChanges changes) {
            this.vertx = vertx;
            this.context = context;
            this.retriever = retriever;
            this.changes = changes;
        }

        Future<Void> start() {
            retriever.listen(change ->
                    context.runOnContext(seen -> settle(FileChanges.Store.text(change.getNewConfiguration()))));
            return retriever.getConfig().map(first -> {
                changes.begin(FileChanges.Store.text(first));
                return null;
            });
        }

        /** Reads the file once more at the end of the wait, since the retriever's next scan may be later. */
        private void settle(@Nullable String seen) {
            vertx.cancelTimer(settling);
            if (!closed) {
                settling = vertx.setTimer(
                        PERIOD_MILLIS,
                        still -> retriever.getConfig().onSuccess(now -> judge(seen, FileChanges.Store.text(now))));
            }
        }

        private void judge(@Nullable String seen, @Nullable String now) {
            if (!Objects.equals(seen, now)) {
                settle(now);
            } else if (!closed) {
                changes.accept(now);
            }
        }

        Future<Void> close() {
            Promise<Void> done = Promise.promise();
            context.runOnContext(end -> {
                closed = true;
                vertx.cancelTimer(settling);
                retriever.close().onComplete(done);
            });
            return done.future();
        }
    }
}
