package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;
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
 */
final class StreamTail {

    /** Below the silence after which a connection is given up. */
    private static final int BLOCK_MILLIS = 1_000;

    private static final int ENTRIES_A_READ = 512;

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

    private final RedisCommands connection;
    private final Listener listener;
    private EventId position;

    /** Which start a read belongs to: an answer to an earlier one is none any more. */
    private int run;

    private boolean running;

    StreamTail(RedisCommands connection, EventId position, Listener listener) {
        this.connection = connection;
        this.position = position;
        this.listener = listener;
    }

    /** The last entry that was handed on. */
    EventId position() {
        return position;
    }

    /** Reads on from there. */
    void start(EventId from) {
        position = from;
        running = true;
        read(++run);
    }

    void stop() {
        running = false;
        run++;
    }

    boolean running() {
        return running;
    }

    private void read(int thisRun) {
        Request read = Request.cmd(Command.XREAD)
                .arg("COUNT")
                .arg(ENTRIES_A_READ)
                .arg("BLOCK")
                .arg(BLOCK_MILLIS)
                .arg("STREAMS")
                .arg(StreamReader.STREAM)
                .arg(position.toString());
        Future<List<@Nullable Response>> answers = connection.sendAll(List.of(read, StreamReader.exactly(position)));
        answers.onComplete(
                both -> {
                    if (thisRun == run) {
                        got(thisRun, both.get(0), both.get(1));
                    }
                },
                failure -> fail(thisRun, failure));
    }

    private void got(int thisRun, @Nullable Response found, @Nullable Response held) {
        if (isError(found) || isError(held) || held == null) {
            fail(thisRun, new IllegalStateException("Redis refused to read the log: " + found + ", " + held));
            return;
        }
        if (held.size() > 0) {
            next(thisRun, entriesOf(found));
            return;
        }
        listener.completeAfter(position)
                .onComplete(
                        complete -> {
                            if (thisRun == run && complete) {
                                next(thisRun, entriesOf(found));
                            } else if (thisRun == run) {
                                stop();
                                listener.broken();
                            }
                        },
                        failure -> fail(thisRun, failure));
    }

    private void next(int thisRun, List<Response> entries) {
        if (!entries.isEmpty()) {
            position = StreamEntries.id(entries.get(entries.size() - 1));
            listener.entries(entries);
        }
        if (thisRun == run) {
            read(thisRun);
        }
    }

    private void fail(int failedRun, Throwable failure) {
        if (failedRun == run) {
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
            Response list = found.isMap()
                    ? found.get(StreamReader.STREAM)
                    : found.get(0).get(1);
            list.forEach(entries::add);
        }
        return entries;
    }
}
