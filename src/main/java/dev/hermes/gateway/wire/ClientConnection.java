package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of one client's connection between its requests. Owned by the connection's event loop. */
final class ClientConnection {

    static final long NEVER = Long.MAX_VALUE;

    private static final AttributeKey<ClientConnection> KEY = AttributeKey.valueOf(ClientConnection.class, "of");
    private static final int FEW = 8;

    private final Channel channel;
    private final List<HttpServerRequest> answering = new ArrayList<>(1);
    private int pruneAt = FEW;
    private long headDue;
    private long acknowledgedBy = NEVER;
    private long idleSince;
    private long endsAt = NEVER;
    private boolean busy;
    private boolean http2;
    private int idleFrames;

    private ClientConnection(Channel channel, long nowMillis, long headMillis) {
        this.channel = channel;
        this.headDue = nowMillis + headMillis;
        this.idleSince = nowMillis;
    }

    /** The one of that channel; made now if nobody asked before. */
    static ClientConnection of(Channel channel, long nowMillis, long headMillis) {
        Attribute<ClientConnection> place = channel.attr(KEY);
        ClientConnection known = place.get();
        if (known == null) {
            known = new ClientConnection(channel, nowMillis, headMillis);
            place.set(known);
        }
        return known;
    }

    Channel channel() {
        return channel;
    }

    /** It speaks HTTP/2, whose streams are its requests; it has that long to acknowledge our settings. */
    void http2(long nowMillis, long acknowledgedBy) {
        http2 = true;
        headDue = NEVER;
        idleSince = nowMillis;
        this.acknowledgedBy = acknowledgedBy;
    }

    void acknowledged() {
        acknowledgedBy = NEVER;
    }

    /** Counts a frame that moves nothing on; returns how many there were since the last sweep. */
    int idleFrame() {
        return ++idleFrames;
    }

    /** A whole head has come. */
    void requested(HttpServerRequest request) {
        headDue = NEVER;
        busy = true;
        if (answering.size() >= pruneAt) {
            prune();
            pruneAt = Math.max(FEW, 2 * answering.size());
        }
        answering.add(request);
    }

    /** Bytes have come; between two requests they begin a head. */
    void heard(long nowMillis, long headMillis) {
        if (headDue == NEVER && !http2 && !stillBusy(nowMillis)) {
            headDue = nowMillis + headMillis;
        }
    }

    /** It is not to be used any more. */
    void endsAt(long millis) {
        endsAt = Math.min(endsAt, millis);
    }

    /** Why it is to be closed now, or null while it may stay. */
    ConnectionSweep.@Nullable Reason overdue(long nowMillis, long idleMillis) {
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
        if (nowMillis >= headDue) {
            return ConnectionSweep.Reason.HEAD;
        }
        return nowMillis >= idleSince + idleMillis ? ConnectionSweep.Reason.IDLE : null;
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

    /** Lets requests have what has come for them; whoever still wants it sees then that they have ended. */
    void releaseRead() {
        answering.forEach(HttpServerRequest::resume);
    }
}
