package dev.hermes.gateway.chain;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered calls for what a gateway heard without a break since one of its own markers. Owned by the chain's
 * loop.
 */
final class Segment {

    private final ChainCall.Start start;
    private final long deadlineMillis;
    private final Deque<PendingCall> calls = new ArrayDeque<>();
    private boolean settled;
    private long bytes;

    /**
     * @param start the call to send if no gateway has proven what came before
     * @param deadlineMillis when to send it, by the monotonic clock
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

    /** Whether the log has reached the marker at which this segment begins; until then its calls wait. */
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

    int size() {
        return calls.size();
    }

    long bytes() {
        return bytes;
    }

    /** The oldest calls, at least one, within the given number of calls and bytes. */
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

    /** Removes the given number of oldest calls, which have been answered. */
    void remove(int count) {
        for (int done = 0; done < count; done++) {
            bytes -= calls.remove().bytes();
        }
    }

    /**
     * A call of the chain that the log has not answered yet.
     *
     * @param heardAt when its message was heard, by the wall clock
     * @param heardMillis the same by the monotonic clock
     * @param whenFirst run if no gateway did the call before; for rejected messages
     */
    record PendingCall(
            ChainCall call,
            Instant heardAt,
            long heardMillis,
            @Nullable Runnable whenFirst) {

        /** The memory a call takes beside an event's data: names, numbers, the objects themselves; an estimate. */
        private static final int OVERHEAD_BYTES = 256;

        long bytes() {
            return call instanceof ChainCall.Append append
                    ? append.envelope().data().length() + OVERHEAD_BYTES
                    : OVERHEAD_BYTES;
        }
    }

    /** Numbers the messages of each subscription after a marker. Owned by the chain's loop. */
    static final class SequenceNumbers {

        private final Map<String, Integer> indexes = new HashMap<>();
        private final List<Long> counts;
        private long marker;

        SequenceNumbers(List<String> subscriptions) {
            for (String subscription : subscriptions) {
                indexes.put(subscription, indexes.size());
            }
            this.counts = new ArrayList<>(Collections.nCopies(subscriptions.size(), 0L));
        }

        /** Starts again after this marker, with 1 for every subscription. */
        void startFrom(long number) {
            marker = number;
            Collections.fill(counts, 0L);
        }

        long marker() {
            return marker;
        }

        /** How many messages of each subscription were heard since the marker, in the order of the constructor's list. */
        List<Long> counts() {
            return List.copyOf(counts);
        }

        /** The index of a subscription in the constructor's list. */
        int indexOf(String subscription) {
            Integer index = indexes.get(subscription);
            if (index == null) {
                throw new IllegalArgumentException("not a subscription of this chain: " + subscription);
            }
            return index;
        }

        /** The number of the next message of the subscription at this index. */
        long next(int index) {
            long sequence = counts.get(index) + 1;
            counts.set(index, sequence);
            return sequence;
        }
    }
}
