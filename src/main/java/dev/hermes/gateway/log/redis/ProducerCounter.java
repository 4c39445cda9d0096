package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.loop.Generation;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the events that producers appended to the log themselves. An entry does not tell who wrote it; but the log's state
 * tells how many of them gateways wrote, and what the tail found beyond that is the producers'. Owned by the log's loop.
 */
final class ProducerCounter {

    /** Entries that may come while one look is under way; beyond it the next look has to do. */
    private static final int MOST_PASSED = 10_000;

    private record Passed(EventId id, String channel) {}

    private final LogScripts scripts;

    /** In logs that were followed before this one. */
    private final Map<String, Long> before = new HashMap<>();

    /** In this log, since it is followed. */
    private final Map<String, Long> counted = new HashMap<>();

    /** What the tail found in this log. */
    private final Map<String, Long> found = new HashMap<>();

    /** By how much that differed from what gateways had written when this log was first looked at; null until then. */
    private @Nullable Map<String, Long> difference;

    /** What the tail found since the look that is under way; null while none is. */
    private @Nullable List<Passed> passed;

    private LogScripts.@Nullable Appended seen;

    /** Which log an answer belongs to. */
    private final Generation runs = new Generation();

    ProducerCounter(LogScripts scripts) {
        this.scripts = scripts;
    }

    /** Another log is to be followed once this completes, from an entry that is there already. Never fails. */
    Future<Void> begin(String identity, Supplier<EventId> position) {
        runs.next();
        counted.forEach((channel, count) -> before.merge(channel, count, Long::sum));
        counted.clear();
        found.clear();
        difference = null;
        endLook();
        return look(identity, position);
    }

    /** The tail found this entry. */
    void passed(LogEntry entry) {
        if (entry instanceof Event event) {
            String channel = event.envelope().channel();
            found.merge(channel, 1L, Long::sum);
            if (passed != null) {
                passed.add(new Passed(event.id(), channel));
            }
        }
    }

    /** The tail has come there. */
    void reached(EventId position) {
        List<Passed> since = passed;
        LogScripts.Appended look = seen;
        if (since == null) {
            return;
        }
        if (look != null && !look.newest().isAfter(position)) {
            Map<String, Long> now = new HashMap<>(found);
            since.stream()
                    .filter(entry -> entry.id().isAfter(look.newest()))
                    .forEach(entry -> now.merge(entry.channel(), -1L, Long::sum));
            look.counts().forEach((channel, count) -> now.merge(channel, -count, Long::sum));
            count(now);
            endLook();
        } else if (since.size() > MOST_PASSED) {
            endLook();
        }
    }

    private void count(Map<String, Long> now) {
        Map<String, Long> first = difference;
        if (first == null) {
            difference = now;
        } else {
            now.forEach((channel, count) ->
                    counted.merge(channel, Math.max(0, count - first.getOrDefault(channel, 0L)), Math::max));
        }
    }

    private void endLook() {
        passed = null;
        seen = null;
    }

    /** Finds out how many there are by now. One look at a time; one that fails is as none. Owner's loop. */
    Future<Void> look(String identity, Supplier<EventId> position) {
        reached(position.get());
        if (passed != null) {
            return Future.succeededFuture();
        }
        List<Passed> mine = new ArrayList<>();
        passed = mine;
        int asked = runs.current();
        return scripts.appended(identity).transform(answer -> {
            if (runs.isCurrent(asked) && passed == mine) {
                if (answer.succeeded()
                        && answer.result() instanceof LogScripts.Reply.Given<LogScripts.Appended> given) {
                    seen = given.value();
                    reached(position.get());
                } else {
                    endLook();
                }
            }
            return Future.succeededFuture();
        });
    }

    /** How many of each channel there were since the gateway began, a second ago or less. Owner's loop. */
    Map<String, Long> counts() {
        Map<String, Long> all = new HashMap<>(before);
        counted.forEach((channel, count) -> all.merge(channel, count, Long::sum));
        return all;
    }
}
