package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands at the listening socket of the public port: sees each connection before anybody else does, tells the sweep of its
 * event loop, and turns it away when too few file descriptors would be left for what must go on working without clients,
 * Redis and the management port. A connection that says nothing is known to nobody else: Vert.x tells of one only when it
 * has spoken. Any thread.
 */
@ChannelHandler.Sharable
public final class Doorman extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Doorman.class);
    private static final long LINE_EVERY_MILLIS = 60_000;
    private static final long PAUSE_SECONDS = 1;

    private final int limit;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<@Nullable Channel> door = new AtomicReference<>();
    private final Promise<Void> standing = Promise.promise();
    private final Map<EventLoop, ConnectionSweep> sweeps = new ConcurrentHashMap<>();
    private final Breaks breaks = new Breaks();
    private final LineLimit full = new LineLimit(LINE_EVERY_MILLIS);
    private final LineLimit failed = new LineLimit(LINE_EVERY_MILLIS);

    /**
     * @param limit most connections at the same time, of whatever kind
     */
    public Doorman(int limit) {
        this.limit = limit;
    }

    /** Connections of that context's loop are that sweep's from now on. */
    public void serves(Context context, ConnectionSweep sweep) {
        sweeps.put(((ContextInternal) context).nettyEventLoop(), sweep);
    }

    /** Takes his place at the socket that the connection came from, unless he stands there already. */
    public void standWhere(HttpConnection connection) {
        Channel channel = ConnectionSweep.channelOf(connection);
        Channel listening = channel == null ? null : channel.parent();
        if (listening != null && door.compareAndSet(null, listening)) {
            // On that socket's loop, where a handler is in its place as soon as it is added.
            listening.eventLoop().execute(() -> {
                listening.pipeline().addFirst(this);
                standing.complete();
            });
        }
    }

    /** Completes when every connection that comes in is seen. */
    public Future<Void> standing() {
        return standing.future();
    }

    /** Lets nobody in any more; completes, on the caller's loop, when all who came in are known to their loops. */
    public Future<Void> close(Context caller) {
        Promise<Void> here = ((ContextInternal) caller).promise();
        close().onComplete(here);
        return here.future();
    }

    private Future<Void> close() {
        Channel listening = door.get();
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

    /** What was handed to the loop before has been taken up when this completes. */
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
        connection.closeFuture().addListener(closed -> open.decrementAndGet());
        // Not with the sweep, whose turn may come after the first bytes.
        connection.pipeline().addFirst(breaks, new NoUpgrade());
        context.fireChannelRead(message);
        EventLoop loop = connection.eventLoop();
        ConnectionSweep sweep = sweeps.get(loop);
        if (sweep != null) {
            loop.execute(() -> sweep.accepted(connection));
        }
    }

    /** Accepting failed, mostly for want of descriptors: to try again at once would only fail again. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Nothing is done about a loop that has ended.
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

    /**
     * A connection that broke is closed, and everybody is told of that. Of the break itself Vert.x would tell a request that
     * still waits behind an answer, stumble over it (it has no response yet), and log an error for each such client.
     */
    @ChannelHandler.Sharable
    private static final class Breaks extends ChannelInboundHandlerAdapter {

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // Closed is told to everybody who wants to know.
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof IOException) {
                context.close();
            } else {
                context.fireExceptionCaught(cause);
            }
        }
    }
}
