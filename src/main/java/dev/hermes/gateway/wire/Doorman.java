package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.internal.ContextInternal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts or refuses connections at the listening socket of the public port. It sees each connection first and
 * registers it with the sweep of its event loop. It closes a connection if too few file descriptors would remain for
 * what must work without clients: Redis and the management port. Nothing else knows of a connection that sends
 * nothing, since Vert.x reports a connection only once it has sent something. Any thread.
 */
@ChannelHandler.Sharable
public final class Doorman extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Doorman.class);
    private static final long LINE_EVERY_MILLIS = 60_000;
    private static final long PAUSE_SECONDS = 1;

    private final int limit;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<@Nullable Channel> listeningSocket = new AtomicReference<>();
    private final Promise<Void> standing = Promise.promise();
    private final Map<EventLoop, ConnectionSweep> sweeps = new ConcurrentHashMap<>();
    private final Front front = new Front(connection -> sweeps.get(connection.eventLoop()));
    private final ChannelFutureListener departure = this::left;
    private final LineLimit full = new LineLimit(LINE_EVERY_MILLIS);
    private final LineLimit failed = new LineLimit(LINE_EVERY_MILLIS);

    /** @param limit the most connections at the same time, of any kind */
    public Doorman(int limit) {
        this.limit = limit;
    }

    /** How many connections of any kind are open. */
    public int connections() {
        return open.get();
    }

    /** From now on connections of this context's event loop are registered with this sweep. */
    public void serves(Context context, ConnectionSweep sweep) {
        sweeps.put(((ContextInternal) context).nettyEventLoop(), sweep);
    }

    /** Adds this handler to the listening socket from which the connection came, unless it was added before. */
    public void standWhere(HttpConnection connection) {
        Channel channel = ConnectionSweep.channelOf(connection);
        Channel listening = channel == null ? null : channel.parent();
        if (listening != null && listeningSocket.compareAndSet(null, listening)) {
            // On that socket's loop, where a handler is active as soon as it is added.
            listening.eventLoop().execute(() -> {
                listening.pipeline().addFirst(this);
                standing.complete();
            });
        }
    }

    /** Completes when this handler sees every new connection. */
    public Future<Void> standing() {
        return standing.future();
    }

    /**
     * Stops accepting; completes, on the caller's loop, when all accepted connections are registered with their
     * loops.
     */
    public Future<Void> close(Context caller) {
        Promise<Void> here = ((ContextInternal) caller).promise();
        close().onComplete(here);
        return here.future();
    }

    private Future<Void> close() {
        Channel listening = listeningSocket.get();
        if (listening == null) {
            return Future.succeededFuture();
        }
        Promise<Void> closed = Promise.promise();
        listening.close().addListener(done -> closed.complete());
        return closed.future()
                .compose(shut -> Future.all(
                                sweeps.keySet().stream().map(Doorman::turn).toList())
                        .mapEmpty());
    }

    /** Completes when the loop has run all tasks queued before. */
    private static Future<Void> turn(EventLoop loop) {
        Promise<Void> turned = Promise.promise();
        loop.execute(turned::complete);
        return turned.future();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel connection = (Channel) message;
        if (open.incrementAndGet() > limit) {
            open.decrementAndGet();
            connection.unsafe().closeForcibly();
            long leftOut = full.pass();
            if (leftOut != LineLimit.SILENT) {
                LOG.warn(
                        "connection turned away reason=\"few file descriptors left, see ulimit -n\" connections={} limit={}"
                                + " turned_away_before={}",
                        open.get(),
                        limit,
                        leftOut);
            }
            return;
        }
        connection.closeFuture().addListener(departure);
        // Here, since a task on the connection's own loop may run after the first bytes.
        front.greet(connection.pipeline());
        context.fireChannelRead(message);
        EventLoop loop = connection.eventLoop();
        ConnectionSweep sweep = sweeps.get(loop);
        if (sweep != null) {
            loop.execute(() -> sweep.accepted(connection));
        }
    }

    private void left(ChannelFuture closed) {
        open.decrementAndGet();
        ClientConnection.closed(closed.channel());
    }

    /** Accepting failed, mostly for lack of file descriptors: an immediate retry would only fail again. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing to do about a loop that has ended.
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        long leftOut = failed.pass();
        if (leftOut != LineLimit.SILENT) {
            LOG.warn(
                    "connection not accepted failure=\"{}\" connections={} failed_before={}",
                    cause.getMessage(),
                    open.get(),
                    leftOut);
        }
        Channel listening = context.channel();
        listening.config().setAutoRead(false);
        context.executor().schedule(() -> listening.config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
    }
}
