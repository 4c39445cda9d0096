package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsException;
import dev.hermes.gateway.config.TlsPair;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of the public port, followed while it serves: when the files change, also behind a link, and are a
 * valid pair again, new connections get the new one; those that are open stay. While the files are no valid pair the
 * old one is served, and a line says so once. Owned by the event loop on which it is created.
 */
final class ServedCertificate {

    private static final Logger LOG = LoggerFactory.getLogger(ServedCertificate.class);

    /** An issuer replaces a certificate days before its end; what waits for it is a person who tries. */
    private static final long EVERY_MILLIS = 2_000;

    private final Vertx vertx;
    private final Settings.Http.Tls files;
    private final Function<TlsPair, Future<Void>> serve;
    /** Written on the owner's loop, read by any thread. */
    private volatile TlsPair served;

    private @Nullable String toldOf;
    private long timer = -1;
    private boolean closed;

    /** @param serve makes all servers serve another pair; called on this loop */
    ServedCertificate(Vertx vertx, Settings.Http.Tls files, TlsPair first, Function<TlsPair, Future<Void>> serve) {
        this.vertx = vertx;
        this.files = files;
        this.served = first;
        this.serve = serve;
    }

    /** Reads the pair on a worker thread. */
    static Future<TlsPair> read(Vertx vertx, Settings.Http.Tls files) {
        return vertx.executeBlocking(() -> TlsPair.read(vertx, files));
    }

    /** What new connections get. Any thread. */
    TlsPair served() {
        return served;
    }

    void follow() {
        if (!closed) {
            timer = vertx.setTimer(
                    EVERY_MILLIS,
                    look -> read(vertx, files)
                            .compose(this::read)
                            .onFailure(this::unusable)
                            .onComplete(done -> follow()));
        }
    }

    private Future<Void> read(TlsPair now) {
        toldOf = null;
        if (closed || now.same(served)) {
            return Future.succeededFuture();
        }
        return serve.apply(now).onSuccess(done -> {
            served = now;
            LOG.info(
                    "certificate replaced subject=\"{}\" expires={} streams=\"stay open\"",
                    now.certificate().getSubjectX500Principal(),
                    now.expiresAt());
        });
    }

    private void unusable(Throwable failure) {
        String reason = failure instanceof SettingsException invalid
                ? invalid.problems().get(0).toString()
                : String.valueOf(failure.getMessage());
        if (!reason.equals(toldOf)) {
            toldOf = reason;
            LOG.error(
                    "certificate cannot be used, the old one is served problem=\"{}\" expires={}",
                    reason,
                    served.expiresAt());
        }
    }

    void close() {
        closed = true;
        vertx.cancelTimer(timer);
    }
}
