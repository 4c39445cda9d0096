package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.VertxConnection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The state of one client's connection across its requests. Owned by the connection's event loop. */
final class ClientConnection {

    static final long NEVER = Long.MAX_VALUE;

    private static final AttributeKey<ClientConnection> KEY = AttributeKey.valueOf(ClientConnection.class, "of");
    private static final int FEW = 8;

    private final Channel channel;
    private final List<HttpServerRequest> answering = new ArrayList<>(1);

    /** Vert.x' side of an HTTP/1 connection; null while there is none. */
    private @Nullable HttpConnection connection;

    private int pruneAt = FEW;
    private long headDue;
    private long acknowledgedBy = NEVER;
    private long idleSince;
    private long endsAt = NEVER;
    private boolean busy;
    private boolean http2;

    /** Whether all bytes that arrived so far end as a head does, so that no further one has begun. */
    private boolean complete;

    private boolean forgotten;

    /** Whether it may not become bare. */
    private boolean kept;

    private int idleFrames;

    /** Changes with every byte of an answer that the client takes. */
    private long taken;

    private ClientConnection(Channel channel, long nowMillis, long headMillis) {
        this.channel = channel;
        this.headDue = nowMillis + headMillis;
        this.idleSince = nowMillis;
    }

    /** The state of this channel's connection; created at the first call. */
    static ClientConnection of(Channel channel, long nowMillis, long headMillis) {
        Attribute<ClientConnection> attribute = channel.attr(KEY);
        ClientConnection known = attribute.get();
        if (known == null) {
            known = new ClientConnection(channel, nowMillis, headMillis);
            attribute.set(known);
        }
        return known;
    }

    /** Null for a channel that no sweep knows. */
    static @Nullable ClientConnection known(Channel channel) {
        // To ask for an attribute makes one.
        return channel.hasAttr(KEY) ? channel.attr(KEY).get() : null;
    }

    Channel channel() {
        return channel;
    }

    /** Vert.x has set up an HTTP/1 connection. */
    void opened(HttpConnection opened) {
        connection = opened;
    }

    /** Nothing is asked for, and no head is due. */
    void idle() {
        headDue = NEVER;
    }

    /**
     * The connection uses HTTP/2, whose streams are its requests; the client must acknowledge our settings by the
     * given time.
     */
    void http2(long nowMillis, long acknowledgedBy) {
        http2 = true;
        headDue = NEVER;
        idleSince = nowMillis;
        this.acknowledgedBy = acknowledgedBy;
    }

    void acknowledged() {
        acknowledgedBy = NEVER;
    }

    /** Counts a frame without progress; returns how many there were since the last sweep. */
    int idleFrame() {
        return ++idleFrames;
    }

    /** A complete request head has arrived. */
    void requested(HttpServerRequest request) {
        headDue = NEVER;
        busy = true;
        if (answering.size() >= pruneAt) {
            prune();
            pruneAt = Math.max(FEW, 2 * answering.size());
        }
        answering.add(request);
    }

    /** Bytes have arrived; between two requests they begin a head. */
    void received(boolean endAsHead, long nowMillis, long headMillis) {
        complete = endAsHead;
        if (headDue == NEVER && !http2 && !stillBusy(nowMillis)) {
            headDue = nowMillis + headMillis;
        }
    }

    /** The connection is to be closed at this time, unless earlier. */
    void endsAt(long millis) {
        endsAt = Math.min(endsAt, millis);
    }

    /** Why the connection is to be closed now, or null if it may stay. */
    ConnectionSweep.@Nullable Reason overdue(long nowMillis, ConnectionSweep.Limits limits) {
        idleFrames = 0;
        if (nowMillis >= endsAt) {
            return ConnectionSweep.Reason.UNWANTED_BODY;
        }
        if (nowMillis >= acknowledgedBy) {
            return ConnectionSweep.Reason.SETTINGS;
        }
        if (stillBusy(nowMillis)) {
            return null;
        }
        if (takesAnAnswer(nowMillis) && headDue != NEVER) {
            // The head may be complete, and wait in Pipelining until the client has taken the answer.
            headDue = nowMillis + limits.headMillis();
        }
        if (nowMillis >= headDue) {
            return ConnectionSweep.Reason.HEAD;
        }
        return nowMillis >= idleSince + limits.idleMillis() ? ConnectionSweep.Reason.IDLE : null;
    }

    /**
     * Whether bytes of an HTTP/1 answer wait for the client, which is not idle as long as it takes some. For HTTP/2 that
     * is not known: what its windows hold back is not in the channel's buffer.
     */
    private boolean takesAnAnswer(long nowMillis) {
        ChannelOutboundBuffer pending = http2 ? null : channel.unsafe().outboundBuffer();
        if (pending == null || pending.isEmpty()) {
            return false;
        }
        long progress = pending.currentProgress() - pending.totalPendingWriteBytes();
        if (progress != taken) {
            taken = progress;
            idleSince = nowMillis;
        }
        return true;
    }

    /** Never becomes bare: somebody wants to hear how its answers end. */
    void keep() {
        kept = true;
    }

    /** Whether the client waits for the answer to this request and has sent nothing else, not even part of another. */
    boolean hasOnly(HttpServerRequest request) {
        prune();
        return complete && !kept && answering.size() == 1 && request.isEnded() && !answered(request);
    }

    /** Lets go of the connection, which is not watched any more. */
    @SuppressWarnings(
            "deprecation") // Since another thread may still hold the attribute; here only the event loop uses it.
    void forget() {
        forgotten = true;
        // Not only its value: what is left of an attribute would be for each stream.
        channel.attr(KEY).remove();
    }

    boolean forgotten() {
        return forgotten;
    }

    private boolean stillBusy(long nowMillis) {
        if (busy) {
            prune();
            busy = !answering.isEmpty();
            if (!busy) {
                idleSince = nowMillis;
            }
        }
        return busy;
    }

    private void prune() {
        answering.removeIf(ClientConnection::answered);
    }

    private static boolean answered(HttpServerRequest request) {
        return request.response().ended() || request.response().closed();
    }

    /** The channel was closed. */
    static void closed(Channel channel) {
        ClientConnection client = known(channel);
        if (client != null) {
            client.releaseRead();
        }
    }

    /**
     * Resumes the requests of a closed HTTP/1 connection, so that they receive what has arrived for them; their handlers then
     * see that they have ended. And the connection: Vert.x keeps data that was read for a paused request, and would not
     * release it.
     */
    private void releaseRead() {
        if (connection instanceof VertxConnection paused) {
            answering.forEach(HttpServerRequest::resume);
            paused.doResume();
        }
    }
}
