package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.memory.MemoryLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log whose reads are answered, or fail, when the test says so, in the order it says; the rest is answered at once. */
final class SteppedLog implements EventLog {

    private record Read(EventId after, int maxEntries, Promise<EventLog.ReadResult> answer) {}

    private record Backward(EventId from, int mostEntries, long mostBytes, Promise<List<LogEntry>> answer) {}

    private final MemoryLog log;
    private final List<Read> reads = new ArrayList<>();
    private final Deque<Backward> backward = new ArrayDeque<>();
    private int asked;

    SteppedLog(MemoryLog log) {
        this.log = log;
    }

    int pendingReads() {
        return reads.size();
    }

    /** Reads asked for since the start. */
    int asked() {
        return asked;
    }

    void answer(int which) {
        Read read = reads.remove(which);
        log.read(read.after(), read.maxEntries()).onComplete(read.answer());
    }

    void answerWith(int which, EventLog.ReadResult reading) {
        reads.remove(which).answer().complete(reading);
    }

    void fail(int which) {
        reads.remove(which).answer().fail("the log is away");
    }

    /** Answers the window that asked first for what was before it, if one waits. */
    void answerBackward() {
        Backward asked = backward.poll();
        if (asked == null) {
            return;
        }
        log.upTo(asked.from(), asked.mostEntries(), asked.mostBytes()).onComplete(asked.answer());
    }

    @Override
    public Future<List<LogEntry>> upTo(EventId position, int mostEntries, long mostBytes) {
        Backward asked = new Backward(position, mostEntries, mostBytes, Promise.promise());
        backward.add(asked);
        return asked.answer().future();
    }

    @Override
    public Future<@Nullable LogEntry> entry(EventId id) {
        return log.entry(id);
    }

    @Override
    public Future<EventLog.ReadResult> read(EventId after, int maxEntries) {
        Read read = new Read(after, maxEntries, Promise.promise());
        asked++;
        reads.add(read);
        return read.answer().future();
    }

    @Override
    public Future<List<EventId>> append(List<Envelope> envelopes) {
        return log.append(envelopes);
    }

    Future<LogEntry.GapEntry> declareHole(Instant from, Instant to) {
        return log.declareHole(from, to);
    }

    @Override
    public Future<EventId> position() {
        return log.position();
    }

    @Override
    public Future<EventLog.StartPosition> open(Cursor cursor, List<EventLog.StartPosition.LatestQuery> recalls) {
        return log.open(cursor, recalls);
    }

    @Override
    public Future<Void> close() {
        return log.close();
    }
}
