package dev.hermes.gateway.ingest;

import dev.hermes.gateway.log.ChainCall;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A call of the chain that the log has not answered yet.
 *
 * @param heardAt when what it is about was heard, for people
 * @param heardMillis the same by the monotonic clock
 * @param whenFirst what to do if nobody did it before; for rejected messages
 */
record MarkerChainCall(
        ChainCall call,
        Instant heardAt,
        long heardMillis,
        @Nullable Runnable whenFirst) {

    /** What a call costs beside an event's data: names, numbers, the objects themselves; an estimate. */
    private static final int OVERHEAD_BYTES = 256;

    long bytes() {
        return call instanceof ChainCall.Append append
                ? append.envelope().data().length() + OVERHEAD_BYTES
                : OVERHEAD_BYTES;
    }
}
