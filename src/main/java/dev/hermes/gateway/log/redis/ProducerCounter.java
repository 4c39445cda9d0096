package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.Generation;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the events that producers appended to the log themselves. An entry does not say who wrote it. The log's
 * state says how many entries the gateways wrote, and the entries the tail found beyond these are the producers'.
 * Owned by the log's loop.
 */
final class ProducerCounter {

    /**
     * How many entries may arrive while one query is under way; beyond this number the query is given up and the next
     * one has to do.
     */
    private static final int MOST_PASSED = 10_000;

    private record Passed(EventId id, String channel) {}

    private final LogScripts scripts;

    /** Counts of logs that were followed before this one. */
    private final Map<String, Long> before = new HashMap<>();

    /** Counts of this log since this gateway follows it. */
    private final Map<String, Long> counted = new HashMap<>();

    /** How many events the tail found in this log, per channel. */
    private final Map<String, Long> found = new HashMap<>();

    /**
     * By how much {@link #found} differed from what gateways had written at the first query of this log; null until
     * then.
     */
    private @Nullable Map<String, Long> difference;

    /** The entries that the tail found since the query under way was sent; null while there is none. */
    private @Nullable List<Passed> passed;

    private LogScripts.@Nullable Appended appendedByGateways;

    private EventLog.Held held = EventLog.Held.UNKNOWN;

    /** Counts the logs followed, to recognise an answer about an earlier one. */
    private final Generation runs = new Generation();

    /** Of the log that is counted. */
    private String identity = "";

    ProducerCounter(LogScripts scripts) {
        this.scripts = scripts;
    }

    /**
     * Starts counting a log, from an entry that exists already; the log is followed once the future completes. Never
     * fails.
     */
    Future<Void> begin(String identity, Supplier<EventId> position) {
        runs.next();
        this.identity = identity;
        counted.forEach((channel, count) -> before.merge(channel, count, Long::sum));
        counted.clear();
        found.clear();
        difference = null;
        endQuery();
        return query(identity, position);
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

    /** The tail has reached this position. */
    void reached(EventId position) {
        List<Passed> since = passed;
        LogScripts.Appended answer = appendedByGateways;
        if (since == null) {
            return;
        }
        if (answer != null && !answer.newest().isAfter(position)) {
            Map<String, Long> now = new HashMap<>(found);
            since.stream()
                    .filter(entry -> entry.id().isAfter(answer.newest()))
                    .forEach(entry -> now.merge(entry.channel(), -1L, Long::sum));
            answer.counts().forEach((channel, count) -> now.merge(channel, -count, Long::sum));
            count(now);
            endQuery();
        } else if (since.size() > MOST_PASSED) {
            endQuery();
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

    private void endQuery() {
        passed = null;
        appendedByGateways = null;
    }

    /** Queries the current counts. One query runs at a time; a failed query changes nothing. Owner's loop. */
    Future<Void> query(String identity, Supplier<EventId> position) {
        if (!identity.equals(this.identity)) {
            // Another log was to be followed, but this one came back before it was.
            return begin(identity, position);
        }
        reached(position.get());
        if (passed != null) {
            return Future.succeededFuture();
        }
        List<Passed> passedSince = new ArrayList<>();
        passed = passedSince;
        int asked = runs.current();
        return scripts.appended(identity).transform(answer -> {
            if (runs.isCurrent(asked) && passed == passedSince) {
                if (answer.succeeded()
                        && answer.result() instanceof LogScripts.Reply.Given<LogScripts.Appended> reply) {
                    appendedByGateways = reply.value();
                    held = reply.value().held();
                    reached(position.get());
                } else {
                    endQuery();
                }
            }
            return Future.succeededFuture();
        });
    }

    /** What the log held at the last query. Owner's loop. */
    EventLog.Held held() {
        return held;
    }

    /** The number of events of each channel since the gateway started, at most a second old. Owner's loop. */
    Map<String, Long> counts() {
        Map<String, Long> all = new HashMap<>(before);
        counted.forEach((channel, count) -> all.merge(channel, count, Long::sum));
        return all;
    }
}
