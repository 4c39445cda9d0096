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
 * Lets what comes behind a request of HTTP/1 wait for its turn (RFC 9112 §9.3.2), and bounds it. Vert.x would stop reading
 * once a little waits; but who does not read does not learn that the client has left, whose stream would keep its place until
 * it is next written to.
 *
 * <p>Behind an ordinary answer reading stops at the bound, until all that waits has had its turn. Behind one that is
 * {@linkplain #hold held} it never stops: what comes beyond the bound ends the holding.
 *
 * <p>Stands between the decoder and Vert.x, which is given the head of the next request and nothing behind that, so that it
 * has no reason to stop. One for each connection, on its event loop.
 */
public final class Pipelining extends ChannelInboundHandlerAdapter {

    /** More than anybody has a use for behind an answer that may never end, and enough for the next ones after a short one. */
    static final int MOST_REQUESTS = 8;

    /** About what may wait in memory; the last portion that is read, no larger than this, may lie beyond. */
    static final int MOST_BYTES = 64 * 1_024;

    /** What the objects for a head, a header or a piece of a body take, whatever stands in them. */
    private static final int AROUND_BYTES = 128;

    /** What stands behind the head that Vert.x has; null until there is something for the first time. */
    private @Nullable Queue<Object> waiting;

    /** Heads among it, and what all of it takes. */
    private int requests;

    private int bytes;

    /** Vert.x has a head whose turn has not come. */
    private boolean given;

    private boolean resuming;

    /** By us; for a body that is not taken yet Vert.x does so itself. */
    private boolean stopped;

    private boolean over;

    /** The answer that is held, and what ends that; both null without one. */
    private @Nullable HttpServerResponse held;

    private @Nullable Runnable letGo;

    private @Nullable ChannelHandlerContext place;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        place = context;
    }

    /** That of a connection; null for HTTP/2, whose streams wait for nobody. */
    static @Nullable Pipelining of(Channel channel) {
        return channel.pipeline().get(Pipelining.class);
    }

    /**
     * This answer may take its time from now on. Nothing happens on HTTP/2.
     *
     * @param letGo called at most once, when too much waits behind it: ends the answer, or the connection
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

    /** The answer to this is known, and takes no more time than its client does; what held it is not kept. */
    public static void release(HttpServerRequest request) {
        Channel channel = ConnectionSweep.channelOf(request.connection());
        Pipelining pipelining = channel == null ? null : of(channel);
        if (pipelining != null && pipelining.held == request.response()) {
            pipelining.held = null;
            pipelining.letGo = null;
        }
    }

    /** A request's turn has come: the next head may be given, once Vert.x has begun with this one. */
    void begun() {
        given = false;
        held = null;
        letGo = null;
        ChannelHandlerContext context = place;
        if (context != null && !resuming && anythingWaits()) {
            resuming = true;
            context.executor().execute(() -> resume(context));
        }
    }

    private boolean anythingWaits() {
        return waiting != null && !waiting.isEmpty();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (over) {
            ReferenceCountUtil.release(message);
        } else if (given || anythingWaits()) {
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
        while (queue != null && !given && !queue.isEmpty()) {
            Object next = queue.remove();
            count(next, -1);
            give(context, next);
        }
        resuming = false;
        readOrEnd();
        // Last: Vert.x flushes then, and stops reading if it has been given more of a body than it can hand on.
        context.fireChannelReadComplete();
    }

    /** Reads on, or does not, or ends the holding. */
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
        ChannelHandlerContext context = place;
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
