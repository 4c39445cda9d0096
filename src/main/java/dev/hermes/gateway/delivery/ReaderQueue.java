package dev.hermes.gateway.delivery;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a reader of the log. Credentials take turns, so that one which has a thousand streams far behind does
 * not make another's only one wait for all of them. Owned by the hub's loop.
 */
final class ReaderQueue {

    private final Map<StreamPermit, ArrayDeque<Subscriber>> waiting = new LinkedHashMap<>();

    void add(Subscriber subscriber) {
        waiting.computeIfAbsent(subscriber.permit(), first -> new ArrayDeque<>())
                .add(subscriber);
    }

    void addAll(Collection<Subscriber> subscribers) {
        subscribers.forEach(this::add);
    }

    /** The next one, or null. */
    @Nullable
    Subscriber poll() {
        if (waiting.isEmpty()) {
            return null;
        }
        Map.Entry<StreamPermit, ArrayDeque<Subscriber>> turn =
                waiting.entrySet().iterator().next();
        StreamPermit permit = turn.getKey();
        ArrayDeque<Subscriber> subscribers = turn.getValue();
        waiting.remove(permit);
        Subscriber next = subscribers.remove();
        if (!subscribers.isEmpty()) {
            waiting.put(permit, subscribers);
        }
        return next;
    }
}
