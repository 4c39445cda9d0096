package dev.hermes.gateway.delivery;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers that wait for a log read. Credentials take turns, so that a credential with a thousand streams
 * far behind does not keep the single stream of another one waiting. Owned by the hub's loop.
 */
final class ReaderQueue {

    private final Map<StreamPermit, ArrayDeque<Subscriber>> streams = new LinkedHashMap<>();
    private final Map<StreamPermit, ArrayDeque<Subscriber>> polls = new LinkedHashMap<>();
    private boolean pollsTurn;

    void add(Subscriber subscriber) {
        (subscriber instanceof PendingPoll ? polls : streams)
                .computeIfAbsent(subscriber.permit(), permit -> new ArrayDeque<>())
                .add(subscriber);
    }

    /** Moves those that wait, in their order, to the end of another queue. */
    void moveAllTo(Collection<Subscriber> queue) {
        for (Subscriber next = poll(true); next != null; next = poll(true)) {
            queue.add(next);
        }
    }

    /**
     * The next subscriber, or null; of streams and polls in turns.
     *
     * @param alsoStreams whether there is memory for the frames that a stream gets
     */
    @Nullable
    Subscriber poll(boolean alsoStreams) {
        pollsTurn = !pollsTurn;
        Subscriber next = first(pollsTurn || !alsoStreams ? polls : streams);
        return next == null && alsoStreams ? first(pollsTurn ? streams : polls) : next;
    }

    private static @Nullable Subscriber first(Map<StreamPermit, ArrayDeque<Subscriber>> waiting) {
        if (waiting.isEmpty()) {
            return null;
        }
        Map.Entry<StreamPermit, ArrayDeque<Subscriber>> first =
                waiting.entrySet().iterator().next();
        StreamPermit permit = first.getKey();
        ArrayDeque<Subscriber> subscribers = first.getValue();
        waiting.remove(permit);
        Subscriber next = subscribers.remove();
        if (!subscribers.isEmpty()) {
            waiting.put(permit, subscribers);
        }
        return next;
    }
}
