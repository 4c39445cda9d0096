package dev.hermes.gateway.wire;

import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Queues HTTP/1 requests that arrive behind one being answered (RFC 9112 §9.3.2), within bounds. Vert.x would stop
 * reading once a few requests wait; but without reading the gateway would not learn that the client has left, and its
 * stream would stay admitted until the next write.
 *
 * <p>Nor would it be slowed down by a client that does not read: Vert.x writes each answer at once, whatever waits for
 * the client already. So a request whose predecessors' answers fill the channel's buffer waits until the client has
 * taken them, but for one that Vert.x was given before.
 *
 * <p>Behind an ordinary answer reading stops at the bound, until all waiting requests were served. Behind a
 * {@linkplain #hold long-lived} answer reading never stops: data beyond the bound ends that answer.
 *
 * <p>Stands between the decoder and Vert.x, which is given the head of the next request and nothing after it, so that
 * Vert.x has no reason to stop reading. One for each connection, on its event loop.
 */
public final class Pipelining extends ChannelInboundHandlerAdapter {

    /**
     * More than a client can use behind an answer that may never end, and enough for the requests after a short one.
     */
    static final int MOST_REQUESTS = 8;

    /** About how much may wait in memory; the last portion read, which is no larger than this, may exceed it. */
    static final int MOST_BYTES = 64 * 1_024;

    /** The memory for the objects of a head, a header or a piece of a body, beside their content; an estimate. */
    private static final int AROUND_BYTES = 128;

    /** What waits behind the head that Vert.x was given; null until something waits for the first time. */
    private @Nullable Queue<Object> waiting;

    /** The number of request heads in {@link #waiting}, and the estimated size of all of it. */
    private int requests;

    private int bytes;

    /** Whether Vert.x was given a head that it has not begun to serve, since it still serves the one before. */
    private boolean given;

    private boolean resuming;

    /** Whether reading was stopped here; for a body that is not consumed yet Vert.x stops reading itself. */
    private boolean stopped;

    private boolean over;

    /** The long-lived answer, and the action that ends it; both null if there is none. */
    private @Nullable HttpServerResponse held;

    private @Nullable Runnable letGo;

    private @Nullable ChannelHandlerContext ownContext;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ownContext = added;
    }

    /** The handler of a connection; null for HTTP/2, whose streams do not wait for each other. */
    static @Nullable Pipelining of(Channel channel) {
        return channel.pipeline().get(Pipelining.class);
    }

    /**
     * Marks the answer to this request as long-lived from now on. Does nothing for HTTP/2.
     *
     * @param letGo called at most once, when too much waits behind the answer: ends the answer, or the connection
     */
    public static void hold(HttpServerRequest request, Runnable letGo) {
        Channel channel = ConnectionSweep.channelOf(request.connection());
        Pipelining pipelining = channel == null ? null : of(channel);
        if (pipelining != null) {
            pipelining.held = request.response();
            pipelining.letGo = letGo;
            if (!pipelining.resuming) {
                pipelining.readOrEnd();
            }
        }
    }

    /**
     * The answer is known, and from now on takes only as long as its client needs; the action given to {@link #hold}
     * is dropped.
     */
    public static void release(HttpServerRequest request) {
        Channel channel = ConnectionSweep.channelOf(request.connection());
        Pipelining pipelining = channel == null ? null : of(channel);
        if (pipelining != null && pipelining.held == request.response()) {
            pipelining.held = null;
            pipelining.letGo = null;
        }
    }

    /** Vert.x has begun to serve a request: the next head may follow, after this call. */
    void begun() {
        given = false;
        held = null;
        letGo = null;
        ChannelHandlerContext context = ownContext;
        if (context != null) {
            resumeLater(context);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            resumeLater(context);
        }
        context.fireChannelWritabilityChanged();
    }

    /** Later, since this may be called in the middle of a write. */
    private void resumeLater(ChannelHandlerContext context) {
        if (!resuming && !given && anythingWaits()) {
            resuming = true;
            context.executor().execute(() -> resume(context));
        }
    }

    /** Whether the client has sent nothing behind what is being answered. */
    boolean idle() {
        return !given && !resuming && !stopped && !anythingWaits();
    }

    private boolean anythingWaits() {
        return waiting != null && !waiting.isEmpty();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (over) {
            ReferenceCountUtil.release(message);
        } else if (given || anythingWaits() || !mayGive(context, message)) {
            if (waiting == null) {
                waiting = new ArrayDeque<>();
            }
            waiting.add(message);
            count(message, 1);
            if (tooMuch()) {
                readOrEnd();
            }
        } else {
            give(context, message);
        }
    }

    /** Whether a message may be given now, unless others wait before it; what follows a head always may. */
    private static boolean mayGive(ChannelHandlerContext context, Object message) {
        return !(message instanceof HttpRequest) || context.channel().isWritable();
    }

    private void give(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            given = true;
        }
        context.fireChannelRead(message);
    }

    private void resume(ChannelHandlerContext context) {
        if (over) {
            return;
        }
        Queue<Object> queue = waiting;
        while (queue != null && !given && !queue.isEmpty() && mayGive(context, queue.element())) {
            Object next = queue.remove();
            count(next, -1);
            give(context, next);
        }
        resuming = false;
        readOrEnd();
        // Last, since Vert.x then flushes, and stops reading if it was given more of a body than it can pass on.
        context.fireChannelReadComplete();
    }

    /** Starts or stops reading as the bounds require, or ends the long-lived answer. */
    private void readOrEnd() {
        HttpServerResponse holding = held != null && (held.ended() || held.closed()) ? null : held;
        Runnable end = letGo;
        if (holding != null && end != null && tooMuch()) {
            held = null;
            letGo = null;
            end.run();
        } else if (holding != null || !anythingWaits()) {
            reading(true);
        } else if (tooMuch()) {
            reading(false);
        }
    }

    private void reading(boolean on) {
        ChannelHandlerContext context = ownContext;
        if (context != null && (stopped || !on)) {
            stopped = !on;
            context.channel().config().setAutoRead(on);
        }
    }

    private boolean tooMuch() {
        return requests + (given ? 1 : 0) > MOST_REQUESTS || bytes > MOST_BYTES;
    }

    private void count(Object message, int sign) {
        if (message instanceof HttpRequest head) {
            requests += sign;
            bytes += sign * weight(head);
        } else if (message instanceof ByteBufHolder piece) {
            bytes += sign * (AROUND_BYTES + piece.content().readableBytes());
        }
    }

    private static int weight(HttpRequest head) {
        int weight = AROUND_BYTES + head.uri().length();
        for (Iterator<Map.Entry<CharSequence, CharSequence>> each =
                        head.headers().iteratorCharSequence();
                each.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> header = each.next();
            weight +=
                    AROUND_BYTES + header.getKey().length() + header.getValue().length();
        }
        return weight;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        over = true;
        held = null;
        letGo = null;
        Queue<Object> left = waiting;
        waiting = null;
        if (left != null) {
            left.forEach(ReferenceCountUtil::release);
        }
        context.fireChannelInactive();
    }
}
