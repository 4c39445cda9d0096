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

    private final Map<StreamPermit, ArrayDeque<Subscriber>> waiting = new LinkedHashMap<>();

    void add(Subscriber subscriber) {
        waiting.computeIfAbsent(subscriber.permit(), permit -> new ArrayDeque<>())
                .add(subscriber);
    }

    /** Moves those that wait, in their order, to the end of another queue. */
    void moveAllTo(Collection<Subscriber> queue) {
        for (Subscriber next = poll(); next != null; next = poll()) {
            queue.add(next);
        }
    }

    /** The next subscriber, or null. */
    @Nullable
    Subscriber poll() {
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
