package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One client's stream. Its public methods are for the owner of the socket, on the hub's loop. */
public final class SseStream extends Subscriber implements ByteSink.Owner {

    /** How long a closing stream may take to send what is queued before its connection is cut. */
    private static final long CLOSING_GRACE_MILLIS = 5_000;

    static final String ID_PREFIX = "conn_";

    private final Hub hub;
    private final ByteSink sink;
    private final StreamDeadlines deadlines;
    private final NewStream.End end;
    private final NewStream.Client client;
    private final UUID id;
    private final long openedMillis;
    private final StreamRecord record;
    private long events;
    private long bytes;

    /** Whether a heartbeat came due while the client accepted nothing; it is sent as soon as the client does. */
    private boolean heartbeatOwed;

    SseStream(Hub hub, NewStream stream, ByteSink sink, StreamDeadlines deadlines) {
        super(stream.subscription(), stream.permit(), stream.start().position());
        this.hub = hub;
        this.id = stream.id();
        this.sink = sink;
        this.deadlines = deadlines;
        this.end = stream.end();
        this.client = stream.client();
        this.openedMillis = hub.now();
        this.record = new StreamRecord(stream.start(), openedMillis);
    }

    /** The id of the connection, as its client is told. */
    String id() {
        return ID_PREFIX + id;
    }

    /** What is unique in an id; null for a text that is none. */
    static @Nullable UUID uniquePart(String id) {
        try {
            return id.startsWith(ID_PREFIX) ? UUID.fromString(id.substring(ID_PREFIX.length())) : null;
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    boolean has(UUID uniquePart) {
        return id.equals(uniquePart);
    }

    StreamRecord record() {
        return record;
    }

    NewStream.Client client() {
        return client;
    }

    long openedMillis() {
        return openedMillis;
    }

    /** Events handed to the stream so far. */
    long events() {
        return events;
    }

    /** Bytes of all frames handed to the stream so far. */
    long bytes() {
        return bytes;
    }

    StreamView.State viewState() {
        if (live()) {
            return StreamView.State.LIVE;
        }
        return sink.writable() ? StreamView.State.CATCHING_UP : StreamView.State.STALLED;
    }

    long behindMillis() {
        return live() ? 0 : hub.now() - record.behindSinceMillis();
    }

    /** The client accepts data again. */
    public void drained() {
        hub.drained(this);
    }

    /** The client disconnected; nothing can be written any more. */
    public void gone() {
        hub.gone(this);
    }

    @Override
    public void ended() {
        hub.forget(this);
    }

    @Override
    boolean writable() {
        return sink.writable();
    }

    @Override
    long pendingBytes() {
        return sink.pendingBytes();
    }

    @Override
    boolean offer(Window.WindowEntry entry) {
        sendShared(entry.frame());
        events++;
        return true;
    }

    @Override
    boolean offer(Gap gap) {
        record.gapTold(cursor(), gap, hub.now());
        return tell(() -> Frame.Encoder.gap(gap));
    }

    @Override
    void flushOrAnswer() {
        if (heartbeatOwed && sink.writable() && !closed()) {
            heartbeatOwed = !hub.heartbeats().sendAlone(this);
        }
        sink.flush();
        if (!closed() && !sink.writable()) {
            // Data written before this flush did not yet count as waiting for the client.
            stalled();
        }
    }

    @Override
    boolean staysWhenFlushed() {
        return true;
    }

    /**
     * Writes what a stream begins with, before it catches up; false if the stream has ended instead.
     *
     * @param now the time to tell
     */
    boolean greet(NewStream accepted, Instant now) {
        JsonObject data = new JsonObject().put("connection_id", id()).put("timestamp", now.toString());
        EventLog.StartPosition start = accepted.start();
        boolean told = tell(() -> Frame.Encoder.control(accepted.retryMillis(), start.position(), "connected", data));
        if (told && start.gap() != null) {
            told = offer(start.gap());
        }
        for (NewStream.Greeting greeting : accepted.greetings()) {
            told = told && tell(() -> Frame.Encoder.withoutId(greeting.type(), greeting.data()));
        }
        return told;
    }

    /**
     * Writes a frame for this stream only. Where there is no memory for it the stream ends, since its client comes back
     * and is told then; false in this case. Not while an entry is being delivered.
     */
    private boolean tell(Supplier<Frame> frame) {
        try {
            send(frame.get());
            return true;
        } catch (OutOfMemoryError outsideTheHeap) {
            hub.close(this, CloseReason.CONNECTION_TIMEOUT);
            return false;
        }
    }

    /** Writes a frame for this stream only, and releases it. */
    void send(Frame frame) {
        try {
            sendShared(frame);
        } finally {
            frame.release();
        }
    }

    /** Writes a frame that other streams get too. */
    void sendShared(Frame frame) {
        sink.write(frame);
        bytes += frame.chunkLength();
    }

    StreamDeadlines deadlines() {
        return deadlines;
    }

    @Override
    void fellBehind() {
        record.fellBehind(cursor(), hub.now());
    }

    @Override
    void reachedTip() {
        record.caughtUp(cursor(), hub.now());
    }

    @Override
    void leftOut(EventId event, EventId by) {
        record.leftOut(event, by);
    }

    @Override
    void stalled() {
        deadlines.observe(sink.progress(), hub.now());
        hub.schedule(this, deadlines.next());
    }

    @Override
    void due(long nowMillis) {
        if (closed()) {
            sink.abort();
            return;
        }
        deadlines.observe(sink.progress(), nowMillis);
        CloseReason end = deadlines.end(nowMillis);
        if (end != null) {
            hub.close(this, end);
            return;
        }
        if (deadlines.takeWarning(nowMillis)) {
            JsonObject data = new JsonObject().put("expires_at", String.valueOf(permit().expiresAt()));
            if (!tell(() -> Frame.Encoder.control(null, null, "token_expiring", data))) {
                return;
            }
            sink.flush();
        }
        heartbeatOwed |= deadlines.takeHeartbeat(nowMillis);
        if (heartbeatOwed && sink.writable()) {
            heartbeatOwed = !hub.heartbeats().send(this);
            sink.flush();
        }
        if (deadlines.takeCheck(nowMillis)) {
            hub.checkLater(this, nowMillis);
        }
        hub.schedule(this, deadlines.next());
    }

    /**
     * Called after the hub has removed the stream: gives its admission back, tells a client that is still connected
     * why, and ends.
     */
    void end(CloseReason reason, int reconnectAfterMillis) {
        boolean broke = reason == CloseReason.CLIENT_GONE || reason == CloseReason.SLOW_CONSUMER;
        end.ended(broke && caughtUp());
        if (reason == CloseReason.CLIENT_GONE) {
            return;
        }
        JsonObject data =
                new JsonObject().put("reason", reason.label()).put("reconnect_after_ms", reconnectAfterMillis);
        try {
            send(Frame.Encoder.control(reconnectAfterMillis, cursor(), "closing", data));
        } catch (OutOfMemoryError outsideTheHeap) {
            // Without a word: what the client has not taken must be given back.
            sink.abort();
            return;
        }
        // Before the end is written, since the sink may report within that call that all was sent.
        hub.schedule(this, hub.now() + CLOSING_GRACE_MILLIS);
        sink.end(this);
    }

    /** Why a stream ended: the only values of the metric's label, and of {@code reason} in {@code closing}. */
    public enum CloseReason {
        /** The client disconnected; no {@code closing} frame is sent. */
        CLIENT_GONE(0, 0),
        CONNECTION_TIMEOUT(0, 500),
        SERVER_SHUTDOWN(0, 2_000),
        SLOW_CONSUMER(2_000, 5_000),
        TOKEN_EXPIRED(5_000, 15_000),
        TOKEN_REVOKED(5_000, 15_000),
        DISABLED(5_000, 15_000),
        CLOSED_BY_OPERATOR(5_000, 15_000);

        private final String label = name().toLowerCase(Locale.ROOT);
        private final int fromMillis;
        private final int toMillis;

        CloseReason(int fromMillis, int toMillis) {
            this.fromMillis = fromMillis;
            this.toMillis = toMillis;
        }

        /** The word in frames and metrics. */
        public String label() {
            return label;
        }

        /** When this client should reconnect; each gets a random delay, or all would return at once. */
        int reconnectAfterMillis(RandomGenerator random) {
            return random.nextInt(fromMillis, toMillis + 1);
        }
    }
}
