package dev.hermes.gateway.chain;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway heard without a break from one of its own markers on, so far as the log has not answered it. Owned by
 * the chain's loop.
 */
final class Segment {

    private final ChainCall.Start start;
    private final long deadlineMillis;
    private final Deque<PendingCall> calls = new ArrayDeque<>();
    private boolean settled;
    private long bytes;

    /**
     * @param start what to send if nobody has proven what came before
     * @param deadlineMillis when to send it
     */
    Segment(ChainCall.Start start, long deadlineMillis) {
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

    void add(PendingCall call) {
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
    List<PendingCall> oldest(int mostCalls, long mostBytes) {
        List<PendingCall> oldest = new ArrayList<>(Math.min(mostCalls, calls.size()));
        long total = 0;
        for (PendingCall call : calls) {
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

    /**
     * A call of the chain that the log has not answered yet.
     *
     * @param heardAt when what it is about was heard, for people
     * @param heardMillis the same by the monotonic clock
     * @param whenFirst what to do if nobody did it before; for rejected messages
     */
    record PendingCall(
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
}
