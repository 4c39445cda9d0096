package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.Gap;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** One client's stream. Its doors are for whoever owns the socket, on the hub's loop. */
public final class SseStream extends Subscriber {

    /** How long a closing stream may take to send what is queued before its connection is cut. */
    private static final long CLOSING_GRACE_MILLIS = 5_000;

    private final Hub hub;
    private final ByteSink sink;
    private final StreamTimes times;
    private final RepeatedFailures.@Nullable Begun attempt;
    private final Admission.Ticket ticket;

    /** A heartbeat came due while the client took nothing; it gets it as soon as it does. */
    private boolean heartbeatOwed;

    SseStream(Hub hub, StreamOpening opening, ByteSink sink, StreamTimes times) {
        super(opening.subscription(), opening.lease(), opening.opening().position());
        this.hub = hub;
        this.sink = sink;
        this.times = times;
        this.attempt = opening.attempt();
        this.ticket = opening.ticket();
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
    boolean offer(Slot slot) {
        sink.write(slot.frame());
        return true;
    }

    @Override
    boolean offer(Gap gap) {
        send(FrameEncoder.gap(gap));
        return true;
    }

    @Override
    void settle() {
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
    boolean staysWhenSettled() {
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

    StreamTimes times() {
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
                    new JsonObject().put("expires_at", String.valueOf(lease().expiresAt()))));
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
        ticket.release();
        boolean broke = reason == CloseReason.CLIENT_GONE || reason == CloseReason.SLOW_CONSUMER;
        if (broke && caughtUp() && attempt != null) {
            attempt.failed();
        }
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
}
