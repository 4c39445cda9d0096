package dev.hermes.gateway.ingest;

import dev.hermes.gateway.log.ChainCall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What a gateway heard without a break from one of its own markers on, so far as the log has not answered it. Owned by
 * the chain's loop.
 */
final class MarkerChainStretch {

    private final ChainCall.Start start;
    private final long deadlineMillis;
    private final Deque<MarkerChainCall> calls = new ArrayDeque<>();
    private boolean settled;
    private long bytes;

    /**
     * @param start what to send if nobody has proven what came before
     * @param deadlineMillis when to send it
     */
    MarkerChainStretch(ChainCall.Start start, long deadlineMillis) {
        this.start = start;
        this.deadlineMillis = deadlineMillis;
    }

    ChainCall.Start start() {
        return start;
    }

    long deadlineMillis() {
        return deadlineMillis;
    }

    /** Whether the log has come to the marker that this begins at; calls are held until then. */
    boolean settled() {
        return settled;
    }

    void settle() {
        settled = true;
    }

    void add(MarkerChainCall call) {
        calls.add(call);
        bytes += call.bytes();
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    /** The oldest calls, at least one, so many and so many bytes at most. */
    List<MarkerChainCall> oldest(int mostCalls, long mostBytes) {
        List<MarkerChainCall> oldest = new ArrayList<>(Math.min(mostCalls, calls.size()));
        long total = 0;
        for (MarkerChainCall call : calls) {
            total += call.bytes();
            if (!oldest.isEmpty() && (oldest.size() == mostCalls || total > mostBytes)) {
                break;
            }
            oldest.add(call);
        }
        return oldest;
    }

    /** Drops the oldest calls: they are answered. */
    void remove(int count) {
        for (int done = 0; done < count; done++) {
            bytes -= calls.remove().bytes();
        }
    }
}
