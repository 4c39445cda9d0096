package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.Gap;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** One client's stream. Its doors are for whoever owns the socket, on the hub's loop. */
public final class SseStream extends Subscriber {

    /** How long a closing stream may take to send what is queued before its connection is cut. */
    private static final long CLOSING_GRACE_MILLIS = 5_000;

    private final Hub hub;
    private final ByteSink sink;
    private final StreamDeadlines times;
    private final NewStream.End end;

    /** A heartbeat came due while the client took nothing; it gets it as soon as it does. */
    private boolean heartbeatOwed;

    SseStream(Hub hub, NewStream stream, ByteSink sink, StreamDeadlines times) {
        super(stream.subscription(), stream.permit(), stream.start().position());
        this.hub = hub;
        this.sink = sink;
        this.times = times;
        this.end = stream.end();
    }

    /** The client takes more again. */
    public void drained() {
        hub.drained(this);
    }

    /** The client is gone; nothing can be written any more. */
    public void gone() {
        hub.gone(this);
    }

    /** All of the body, with its end, was sent. */
    public void ended() {
        hub.forget(this);
    }

    @Override
    boolean writable() {
        return sink.writable();
    }

    @Override
    boolean offer(Window.WindowEntry slot) {
        sink.write(slot.frame());
        return true;
    }

    @Override
    boolean offer(Gap gap) {
        send(FrameEncoder.gap(gap));
        return true;
    }

    @Override
    void flushOrAnswer() {
        if (heartbeatOwed && sink.writable() && !closed()) {
            heartbeatOwed = false;
            hub.heartbeats().sendAlone(this);
        }
        sink.flush();
        if (!closed() && !sink.writable()) {
            // What was written before this flush did not count as waiting for the client yet.
            stalled();
        }
    }

    @Override
    boolean staysWhenFlushed() {
        return true;
    }

    /** Writes a frame of this stream's own. */
    void send(Frame frame) {
        sink.write(frame);
        frame.release();
    }

    /** Writes a frame that others get too. */
    void sendShared(Frame frame) {
        sink.write(frame);
    }

    StreamDeadlines times() {
        return times;
    }

    @Override
    void stalled() {
        times.observe(sink.progress(), hub.now());
        hub.schedule(this, times.next());
    }

    @Override
    void due(long nowMillis) {
        if (closed()) {
            sink.abort();
            return;
        }
        times.observe(sink.progress(), nowMillis);
        CloseReason end = times.end(nowMillis);
        if (end != null) {
            hub.close(this, end);
            return;
        }
        if (times.takeWarning(nowMillis)) {
            send(FrameEncoder.control(
                    null,
                    null,
                    "token_expiring",
                    new JsonObject().put("expires_at", String.valueOf(permit().expiresAt()))));
            sink.flush();
        }
        heartbeatOwed |= times.takeHeartbeat(nowMillis);
        if (heartbeatOwed && sink.writable()) {
            heartbeatOwed = false;
            hub.heartbeats().send(this);
            sink.flush();
        }
        if (times.takeCheck(nowMillis)) {
            hub.checkLater(this, nowMillis);
        }
        hub.schedule(this, times.next());
    }

    /** The hub has let go of it: gives its place back and, to a client that is still there, says why and ends. */
    void end(CloseReason reason, int reconnectAfterMillis) {
        boolean broke = reason == CloseReason.CLIENT_GONE || reason == CloseReason.SLOW_CONSUMER;
        end.ended(broke && caughtUp());
        if (reason == CloseReason.CLIENT_GONE) {
            return;
        }
        JsonObject data =
                new JsonObject().put("reason", reason.label()).put("reconnect_after_ms", reconnectAfterMillis);
        send(FrameEncoder.control(reconnectAfterMillis, cursor(), "closing", data));
        // Before the end is written: the sink may say that all was sent while it is being told.
        hub.schedule(this, hub.now() + CLOSING_GRACE_MILLIS);
        sink.end();
    }

    /** Why a stream ended: the only values of that label, and of {@code closing}. */
    public enum CloseReason {
        /** The client went away; nothing is told. */
        CLIENT_GONE(0, 0),
        CONNECTION_TIMEOUT(0, 500),
        SERVER_SHUTDOWN(0, 2_000),
        SLOW_CONSUMER(2_000, 5_000),
        TOKEN_EXPIRED(5_000, 15_000),
        TOKEN_REVOKED(5_000, 15_000),
        DISABLED(5_000, 15_000);

        private final String label = name().toLowerCase(Locale.ROOT);
        private final int fromMillis;
        private final int toMillis;

        CloseReason(int fromMillis, int toMillis) {
            this.fromMillis = fromMillis;
            this.toMillis = toMillis;
        }

        /** As it stands in frames and metrics. */
        public String label() {
            return label;
        }

        /** When this client should come back; each gets its own, or all would return at once. */
        int reconnectAfterMillis(RandomGenerator random) {
            return random.nextInt(fromMillis, toMillis + 1);
        }
    }
}
