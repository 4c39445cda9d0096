package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.loop.Generation;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows the end of the stream {@code hermes:events} with a blocking read on a connection of its own. After each read it
 * makes sure that the entry it read on from is still there, or was the last to be removed: otherwise something between may
 * have been dropped unseen. Owned by the log's loop.
 *
 * <p>What this gateway appended itself, right behind the position, need not be read. While that goes on the tail rests: a
 * blocked read would be answered with all of it again. Whatever else is appended shows in the answer to this gateway's next
 * append, or is found when the rest is over.
 */
final class StreamTail {

    /** Below the silence after which a connection is given up. */
    private static final int BLOCK_MILLIS = 1_000;

    private static final int ENTRIES_A_READ = 512;

    /** What is parsed in one turn of the loop, at least one entry: a read of large ones would take the loop for long. */
    private static final int ENTRIES_A_TURN = 128;

    private static final int BYTES_A_TURN = 512 << 10;

    /** While this gateway appends, how long what others append may wait before it is looked for. */
    private static final int REST_MILLIS = 10;

    /** What the tail finds. */
    interface Listener {

        /** Entries that follow each other and those before. */
        void entries(List<Response> entries);

        /** The entry last read is gone: is what follows it still complete? */
        Future<Boolean> completeAfter(EventId gone);

        /** The entry last read is gone, and so may be what followed it; the tail has stopped. */
        void broken();

        /** A read failed; the tail has stopped, and is started again once Redis is proven to be back. */
        void stopped(Throwable failure);
    }

    private final OwnerLoop loop;
    private final RedisCommands connection;
    private final Listener listener;
    private EventId position;

    /** The newest entry that this gateway was told of. */
    private EventId known;

    /** Which start a read belongs to: an answer to an earlier one is none any more. */
    private final Generation runs = new Generation();

    private boolean running;

    /** How many reads Redis has answered. */
    private long reads;

    /** Whether entries were skipped since the last read was sent, or the last rest began. */
    private boolean skipped;

    /** Whether no read is under way, while running. */
    private boolean resting;

    /** Counts rests, so that one which was broken off does not end the next. */
    private final Generation rests = new Generation();

    StreamTail(OwnerLoop loop, RedisCommands connection, EventId position, Listener listener) {
        this.loop = loop;
        this.connection = connection;
        this.position = position;
        this.known = position;
        this.listener = listener;
    }

    /** The last entry that was handed on. */
    EventId position() {
        return position;
    }

    /** Reads on from there. */
    void start(EventId from) {
        position = from;
        known = from;
        running = true;
        resting = false;
        read(runs.next());
    }

    /** All entries up to that one, which follow the position without a gap, are handed on without being read. */
    void skipTo(EventId last) {
        position = last;
        skipped = true;
    }

    /** There is an entry at that position, or was: if it was not handed on, it is to be read now. */
    void mustReach(EventId newest) {
        known = newest;
        if (resting && newest.isAfter(position)) {
            resting = false;
            read(runs.current());
        }
    }

    void stop() {
        running = false;
        resting = false;
        runs.next();
    }

    boolean running() {
        return running;
    }

    private void read(int thisRun) {
        EventId asked = position;
        skipped = false;
        Request read = Request.cmd(Command.XREAD)
                .arg("COUNT")
                .arg(ENTRIES_A_READ)
                .arg("BLOCK")
                .arg(BLOCK_MILLIS)
                .arg("STREAMS")
                .arg(RedisNames.LOG)
                .arg(asked.toString());
        Future<List<@Nullable Response>> answers = connection.sendAll(List.of(read, StreamReader.exactly(asked)));
        answers.onComplete(
                both -> {
                    if (runs.isCurrent(thisRun)) {
                        got(thisRun, asked, both.get(0), both.get(1));
                    }
                },
                failure -> fail(thisRun, failure));
    }

    long reads() {
        return reads;
    }

    private void got(int thisRun, EventId asked, @Nullable Response found, @Nullable Response held) {
        if (isError(found) || isError(held) || held == null) {
            fail(thisRun, new IllegalStateException("Redis refused to read the log: " + found + ", " + held));
            return;
        }
        reads++;
        if (held.size() > 0) {
            next(thisRun, unhanded(entriesOf(found)));
            return;
        }
        if (!asked.equals(position)) {
            // The tail has gone on since, and of what it stands on now this answer says nothing.
            goOn(thisRun);
            return;
        }
        listener.completeAfter(asked)
                .onComplete(
                        complete -> {
                            if (runs.isCurrent(thisRun) && !asked.equals(position)) {
                                goOn(thisRun);
                            } else if (runs.isCurrent(thisRun) && complete) {
                                next(thisRun, entriesOf(found));
                            } else if (runs.isCurrent(thisRun)) {
                                stop();
                                listener.broken();
                            }
                        },
                        failure -> fail(thisRun, failure));
    }

    private void next(int thisRun, List<Response> entries) {
        int count = ofThisTurn(entries);
        if (count > 0) {
            position = StreamEntries.id(entries.get(count - 1));
            listener.entries(entries.subList(0, count));
        }
        if (!runs.isCurrent(thisRun)) {
            return;
        }
        if (count == entries.size()) {
            goOn(thisRun);
            return;
        }
        List<Response> rest = entries.subList(count, entries.size());
        loop.afterSockets(() -> {
            if (runs.isCurrent(thisRun)) {
                next(thisRun, unhanded(rest));
            }
        });
    }

    private static int ofThisTurn(List<Response> entries) {
        int count = 0;
        long bytes = 0;
        while (count < Math.min(entries.size(), ENTRIES_A_TURN) && bytes < BYTES_A_TURN) {
            for (Response field : entries.get(count).get(1)) {
                bytes += field.toBuffer().length();
            }
            count++;
        }
        return count;
    }

    private void goOn(int thisRun) {
        if (skipped && !known.isAfter(position)) {
            rest(thisRun);
        } else {
            read(thisRun);
        }
    }

    private void rest(int thisRun) {
        skipped = false;
        resting = true;
        int thisRest = rests.next();
        loop.after(REST_MILLIS, () -> {
            if (runs.isCurrent(thisRun) && rests.isCurrent(thisRest) && resting) {
                resting = false;
                goOn(thisRun);
            }
        });
    }

    /** Without those that were skipped while the read was under way. */
    private List<Response> unhanded(List<Response> found) {
        int first = 0;
        while (first < found.size() && !StreamEntries.id(found.get(first)).isAfter(position)) {
            first++;
        }
        return found.subList(first, found.size());
    }

    private void fail(int failedRun, Throwable failure) {
        if (runs.isCurrent(failedRun)) {
            stop();
            listener.stopped(failure);
        }
    }

    private static boolean isError(@Nullable Response answer) {
        return answer != null && answer.type() == ResponseType.ERROR;
    }

    /** RESP3 tells a map from stream to entries, RESP2 a list of pairs; nothing new is nil in both. */
    private static List<Response> entriesOf(@Nullable Response found) {
        List<Response> entries = new ArrayList<>();
        if (found != null && found.size() > 0) {
            Response list =
                    found.isMap() ? found.get(RedisNames.LOG) : found.get(0).get(1);
            list.forEach(entries::add);
        }
        return entries;
    }
}
