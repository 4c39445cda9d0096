package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads older entries, in rotation over connections of its own. Owned by the log's loop. */
final class StreamReader {

    private static final EventId HIGHEST = new EventId(false, -1, -1);

    private final List<RedisCommands> connections;
    private final StreamEntries entries;
    private final Map<Backward, Future<List<LogEntry>>> backward = new HashMap<>();
    private int connectionIndex;

    StreamReader(List<RedisCommands> connections, StreamEntries entries) {
        this.connections = connections;
        this.entries = entries;
    }

    /**
     * The entries after the position; {@link EventLog.ReadResult.Evicted} unless the position itself is still an
     * entry.
     */
    Future<EventLog.ReadResult> after(EventId position, int limit) {
        // The order of the two commands matters: a trim between them removes the position too, and so shows in the
        // second answer.
        return next().sendAll(List.of(behind(position, limit), exactly(position)))
                .map(answers -> {
                    Response found = required(answers.get(0));
                    Response exact = required(answers.get(1));
                    return exact.size() == 0
                            ? new EventLog.ReadResult.Evicted()
                            : new EventLog.ReadResult.Page(
                                    entries.range(found, (id, channel, reason, detail, payload) -> {}));
                });
    }

    /** What an answer held, and how many bytes the entries' fields and values have. */
    record Portion(List<LogEntry> entries, long bytes) {}

    /** The entries after the position, or the oldest, whether or not the position itself is still an entry. */
    Future<Portion> onwards(@Nullable EventId position, int limit) {
        return next().send(position == null ? range("-", "+", limit) : behind(position, limit))
                .map(answer -> {
                    Response found = required(answer);
                    long bytes = 0;
                    for (Response entry : found) {
                        bytes += StreamEntries.size(entry);
                    }
                    return new Portion(entries.range(found, (id, channel, reason, detail, payload) -> {}), bytes);
                });
    }

    /**
     * The entries up to the position, its own last; empty if the position is no entry. Nothing is missing between them: what is
     * trimmed meanwhile is the oldest. Who asks the same while it is being read gets the same, as the hubs of all loops do
     * that begin together.
     */
    Future<List<LogEntry>> upTo(EventId position, int mostEntries, long mostBytes) {
        Backward wanted = new Backward(position, mostEntries, mostBytes);
        Future<List<LogEntry>> running = backward.get(wanted);
        if (running == null) {
            running = new BackwardReading(wanted)
                    .read(position.toString(), Math.min(mostEntries, BackwardReading.FIRST_PAGE));
            if (!running.isComplete()) {
                backward.put(wanted, running);
                running.onComplete(done -> backward.remove(wanted));
            }
        }
        return running;
    }

    private record Backward(EventId from, int mostEntries, long mostBytes) {}

    /**
     * Reads in pages, each larger than the one before, as long as a page of the largest entries so far is not too much to be
     * converted in one turn of the loop.
     */
    private final class BackwardReading {

        private static final int FIRST_PAGE = 8;
        private static final int LARGEST_PAGE = 64;
        private static final long PAGE_BYTES = 1 << 20;

        private final Backward wanted;
        private final ArrayDeque<LogEntry> found = new ArrayDeque<>();
        private long bytes;
        private long largest = 1;

        private BackwardReading(Backward wanted) {
            this.wanted = wanted;
        }

        private Future<List<LogEntry>> read(String from, int page) {
            return next().send(Request.cmd(Command.XREVRANGE)
                            .arg(RedisNames.LOG)
                            .arg(from)
                            .arg("-")
                            .arg("COUNT")
                            .arg(page))
                    .compose(answer -> take(required(answer), page));
        }

        private Future<List<LogEntry>> take(Response newestFirst, int page) {
            List<LogEntry> read = entries.range(newestFirst, (id, channel, reason, detail, payload) -> {});
            if (found.isEmpty() && (read.isEmpty() || !read.get(0).id().equals(wanted.from()))) {
                return Future.succeededFuture(List.of());
            }
            read.forEach(found::addFirst);
            for (Response entry : newestFirst) {
                long size = StreamEntries.size(entry);
                bytes += size;
                largest = Math.max(largest, size);
            }
            int more = Math.min(nextPage(page), wanted.mostEntries() - found.size());
            return read.size() < page || more <= 0
                    ? Future.succeededFuture(List.copyOf(found))
                    : read("(" + found.getFirst().id(), more);
        }

        /** As many as fit for certain, if none is larger than those so far; none once the next one may be too much. */
        private int nextPage(int page) {
            long fit = Math.min(wanted.mostBytes() - bytes, PAGE_BYTES) / largest;
            return (int) Math.min(fit, Math.min(2 * page, LARGEST_PAGE));
        }
    }

    /** The entry at exactly this position, or null. */
    Future<@Nullable LogEntry> at(EventId position) {
        return next().send(exactly(position)).map(answer -> {
            List<LogEntry> found = entries.range(required(answer), (id, channel, reason, detail, payload) -> {});
            return found.isEmpty() ? null : found.get(0);
        });
    }

    /** The position of the oldest entry, or null for an empty log. */
    Future<@Nullable EventId> oldest() {
        return next().send(range("-", "+", 1)).map(StreamReader::firstId);
    }

    /** The position of the newest entry, or null for an empty log. */
    Future<@Nullable EventId> newest() {
        return next().send(Request.cmd(Command.XREVRANGE)
                        .arg(RedisNames.LOG)
                        .arg("+")
                        .arg("-")
                        .arg("COUNT")
                        .arg(1))
                .map(StreamReader::firstId);
    }

    static Request exactly(EventId position) {
        return range(position.toString(), position.toString(), 1);
    }

    /** Redis rejects a range after the highest id; a range from {@code +} to {@code -} is empty instead. */
    private static Request behind(EventId position, int limit) {
        return position.equals(HIGHEST) ? range("+", "-", limit) : range("(" + position, "+", limit);
    }

    private static Request range(String from, String to, int limit) {
        return Request.cmd(Command.XRANGE)
                .arg(RedisNames.LOG)
                .arg(from)
                .arg(to)
                .arg("COUNT")
                .arg(limit);
    }

    private static @Nullable EventId firstId(@Nullable Response answer) {
        Response found = required(answer);
        return found.size() == 0 ? null : StreamEntries.id(found.get(0));
    }

    /** The answer, unless it is missing or an error. */
    static Response required(@Nullable Response answer) {
        if (answer == null || answer.type() == ResponseType.ERROR) {
            throw new IllegalStateException("Redis refused to read the log: " + answer);
        }
        return answer;
    }

    private RedisCommands next() {
        connectionIndex = (connectionIndex + 1) % connections.size();
        return connections.get(connectionIndex);
    }
}
