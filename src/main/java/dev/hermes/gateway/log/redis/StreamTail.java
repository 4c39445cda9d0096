package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.loop.Generation;
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
 * Follows the end of the stream {@code hermes:events} with a blocking read on a connection of its own. After each
 * read it makes sure that the entry it read from is still in the log, or was the last to be removed: otherwise
 * entries after it may have been removed unseen. Owned by the log's loop.
 *
 * <p>Entries that this gateway appended itself, directly after the position, need not be read. While they keep coming
 * the tail rests, since a blocking read would return all of them again. Entries of others show in the answer to this
 * gateway's next append, or are found when the rest ends.
 */
final class StreamTail {

    /** Shorter than the silence after which a connection is given up. */
    private static final int BLOCK_MILLIS = 1_000;

    private static final int ENTRIES_A_READ = 512;

    /**
     * How many entries are parsed in one turn of the loop: many large entries at once would block it for too long. At
     * least one is parsed.
     */
    private static final int ENTRIES_A_TURN = 128;

    private static final int BYTES_A_TURN = 512 << 10;

    /** How long, while this gateway appends, the entries of others may wait before the tail reads again. */
    private static final int REST_MILLIS = 10;

    /** Receives what the tail finds. */
    interface Listener {

        /** New entries, which directly follow the earlier ones. */
        void entries(List<Response> entries);

        /** The entry last read has been removed: are all entries after it still in the log? */
        Future<Boolean> completeAfter(EventId gone);

        /** The entry last read has been removed, and perhaps entries after it; the tail has stopped. */
        void broken();

        /** A read failed; the tail has stopped. It is started again once Redis is proven to be back. */
        void stopped(Throwable failure);
    }

    private final OwnerLoop loop;
    private final RedisCommands connection;
    private final Listener listener;
    private EventId position;

    /** The newest entry that this gateway has heard of. */
    private EventId known;

    /** Counts starts and stops; an answer to a read of an earlier start is ignored. */
    private final Generation runs = new Generation();

    private boolean running;

    /** The number of reads that Redis has answered, of portions passed on, and of skips. */
    private long progress;

    /** Whether entries were skipped since the last read was sent or the last rest began. */
    private boolean skipped;

    /** Whether the tail is running without a read under way. */
    private boolean resting;

    /** Counts rests, so that the timer of a rest that was cut short does not end the next one. */
    private final Generation rests = new Generation();

    StreamTail(OwnerLoop loop, RedisCommands connection, EventId position, Listener listener) {
        this.loop = loop;
        this.connection = connection;
        this.position = position;
        this.known = position;
        this.listener = listener;
    }

    /** The last entry that was passed on. */
    EventId position() {
        return position;
    }

    /** Starts reading after this entry. */
    void start(EventId from) {
        position = from;
        known = from;
        running = true;
        resting = false;
        read(runs.next());
    }

    /** Marks all entries up to this one as passed on without reading; they must directly follow the position. */
    void skipTo(EventId last) {
        position = last;
        skipped = true;
        progress++;
    }

    /** There is or was an entry at this position: if it was not passed on yet, it is read now. */
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

    private void read(int readGeneration) {
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
                    if (runs.isCurrent(readGeneration)) {
                        answered(readGeneration, asked, both.get(0), both.get(1));
                    }
                },
                failure -> fail(readGeneration, failure));
    }

    /**
     * A number that grows with every read that Redis answers, with every portion of a large answer, and with every {@link
     * #skipTo}: while this gateway's own
     * entries keep coming there is nothing to read, and an entry of somebody else would end the skipping.
     */
    long progress() {
        return progress;
    }

    private void answered(int readGeneration, EventId asked, @Nullable Response found, @Nullable Response exact) {
        if (isError(found) || isError(exact) || exact == null) {
            fail(readGeneration, new IllegalStateException("Redis refused to read the log: " + found + ", " + exact));
            return;
        }
        progress++;
        if (exact.size() > 0) {
            next(readGeneration, notPassedOn(entriesOf(found)));
            return;
        }
        if (!asked.equals(position)) {
            // The tail has advanced since, and this answer says nothing about its current position.
            goOn(readGeneration);
            return;
        }
        listener.completeAfter(asked)
                .onComplete(
                        complete -> {
                            if (runs.isCurrent(readGeneration) && !asked.equals(position)) {
                                goOn(readGeneration);
                            } else if (runs.isCurrent(readGeneration) && complete) {
                                next(readGeneration, entriesOf(found));
                            } else if (runs.isCurrent(readGeneration)) {
                                stop();
                                listener.broken();
                            }
                        },
                        failure -> fail(readGeneration, failure));
    }

    private void next(int readGeneration, List<Response> entries) {
        int count = countForThisTurn(entries);
        if (count > 0) {
            position = StreamEntries.id(entries.get(count - 1));
            progress++;
            listener.entries(entries.subList(0, count));
        }
        if (!runs.isCurrent(readGeneration)) {
            return;
        }
        if (count == entries.size()) {
            goOn(readGeneration);
            return;
        }
        List<Response> rest = entries.subList(count, entries.size());
        loop.afterSockets(() -> {
            if (runs.isCurrent(readGeneration)) {
                next(readGeneration, notPassedOn(rest));
            }
        });
    }

    private static int countForThisTurn(List<Response> entries) {
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

    private void goOn(int readGeneration) {
        if (skipped && !known.isAfter(position)) {
            rest(readGeneration);
        } else {
            read(readGeneration);
        }
    }

    private void rest(int readGeneration) {
        skipped = false;
        resting = true;
        int thisRest = rests.next();
        loop.after(REST_MILLIS, () -> {
            if (runs.isCurrent(readGeneration) && rests.isCurrent(thisRest) && resting) {
                resting = false;
                goOn(readGeneration);
            }
        });
    }

    /** The entries without those that were skipped while the read was under way. */
    private List<Response> notPassedOn(List<Response> found) {
        int first = 0;
        while (first < found.size() && !StreamEntries.id(found.get(first)).isAfter(position)) {
            first++;
        }
        return found.subList(first, found.size());
    }

    private void fail(int readGeneration, Throwable failure) {
        if (runs.isCurrent(readGeneration)) {
            stop();
            listener.stopped(failure);
        }
    }

    private static boolean isError(@Nullable Response answer) {
        return answer != null && answer.type() == ResponseType.ERROR;
    }

    /**
     * The entries in an XREAD answer: RESP3 has a map from stream to entries, RESP2 a list of pairs; both have nil
     * for no entries.
     */
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
