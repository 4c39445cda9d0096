package dev.hermes.gateway.log;

import dev.hermes.gateway.config.Channel;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads snapshots: the current state that producers keep beside their events. Callable from any loop; results arrive
 * on the caller's.
 */
@FunctionalInterface
public interface SnapshotReader {

    /**
     * The snapshot of one key as event data that contains the key; null if there is none, or none that could be event
     * data.
     */
    Future<@Nullable Buffer> read(Channel channel, String key);

    /** A reader for a gateway without Redis, which finds no snapshot. */
    static SnapshotReader none() {
        return (channel, key) -> Future.succeededFuture();
    }
}
