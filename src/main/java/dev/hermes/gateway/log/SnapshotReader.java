package dev.hermes.gateway.log;

import dev.hermes.gateway.config.Channel;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Where producers keep how things stand, beside what happened. Callable from any loop, answers on the caller's. */
@FunctionalInterface
public interface SnapshotReader {

    /** The snapshot of one key as event data, carrying that key; null if there is none that could be one. */
    Future<@Nullable Buffer> read(Channel channel, String key);

    /** For a gateway without Redis: there are none. */
    static SnapshotReader none() {
        return (channel, key) -> Future.succeededFuture();
    }
}
