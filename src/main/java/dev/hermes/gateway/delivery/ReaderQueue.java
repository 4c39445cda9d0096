package dev.hermes.gateway.delivery;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
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
        ArrayDeque<Subscriber> ofCredential = (subscriber instanceof PendingPoll ? polls : streams)
                .computeIfAbsent(subscriber.permit(), permit -> new ArrayDeque<>());
        if (FrameMemory.isBegunPage(subscriber)) {
            // Before the others of its credential, since what it holds nobody can read yet.
            ofCredential.addFirst(subscriber);
        } else {
            ofCredential.add(subscriber);
        }
    }

    /** Moves those that wait, in their order, to the end of another queue. */
    void moveAllTo(Collection<Subscriber> queue) {
        for (Subscriber next = poll(true, any -> true); next != null; next = poll(true, any -> true)) {
            queue.add(next);
        }
    }

    /** Forgets who has left. */
    void clean() {
        clean(streams);
        clean(polls);
    }

    private static void clean(Map<StreamPermit, ArrayDeque<Subscriber>> waiting) {
        waiting.values().removeIf(subscribers -> {
            subscribers.removeIf(Subscriber::closed);
            return subscribers.isEmpty();
        });
    }

    /**
     * The next subscriber, or null; of streams and polls in turns.
     *
     * @param alsoStreams whether there is memory for the frames that a stream gets
     * @param alsoPoll whether there is memory for the page of a poll
     */
    @Nullable
    Subscriber poll(boolean alsoStreams, Predicate<Subscriber> alsoPoll) {
        pollsTurn = !pollsTurn;
        Subscriber ofStreams = pollsTurn || !alsoStreams ? null : first(streams, any -> true);
        Subscriber next = ofStreams == null ? first(polls, alsoPoll) : ofStreams;
        return next == null && alsoStreams ? first(streams, any -> true) : next;
    }

    private static @Nullable Subscriber first(
            Map<StreamPermit, ArrayDeque<Subscriber>> waiting, Predicate<Subscriber> wanted) {
        Iterator<Map.Entry<StreamPermit, ArrayDeque<Subscriber>>> each =
                waiting.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<StreamPermit, ArrayDeque<Subscriber>> entry = each.next();
            ArrayDeque<Subscriber> subscribers = entry.getValue();
            if (wanted.test(subscribers.element())) {
                StreamPermit permit = entry.getKey();
                each.remove();
                Subscriber next = subscribers.remove();
                if (!subscribers.isEmpty()) {
                    waiting.put(permit, subscribers);
                }
                return next;
            }
        }
        return null;
    }
}
