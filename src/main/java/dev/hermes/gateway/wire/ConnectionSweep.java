package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxConnection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the connections of one event loop that are of no use: one look at all of them a second, no timer for any. A
 * connection has {@link Limits#headMillis} for a whole head, {@link Limits#bodyMillis} for a body and may be idle for
 * {@link Limits#idleMillis}. While a request is being answered, by a stream, a poll that waits, or anything else, its
 * connection is not idle; an answer that is sent and not read is {@link PollAnswer}'s business. Owned by the event loop.
 */
public final class ConnectionSweep {

    /** How often {@link #sweep()} wants to be called. */
    public static final long EVERY_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionSweep.class);
    private static final long LINE_EVERY_MILLIS = 10_000;

    /** For the answer to reach a client that is still sending; reset by us, it might never read it. */
    private static final long LINGER_MILLIS = 1_000;

    /**
     * What a connection may do.
     *
     * @param idleFrames most HTTP/2 frames that move nothing on between two sweeps; a client that gives each frame of its
     *     streams back at once, twice, needs a few ten thousand for as many events
     */
    public record Limits(long headMillis, long bodyMillis, long idleMillis, int idleFrames) {

        public static final Limits USUAL = new Limits(10_000, 30_000, 60_000, 50_000);
    }

    /** Why a connection is ended. */
    enum Reason {
        HEAD,
        BODY,
        IDLE,
        SETTINGS,
        FLOOD,
        UNWANTED_BODY;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** An answer on its way. */
    interface Sending {

        /** Ends it if its client takes nothing; false when there is nothing more to watch. */
        boolean watch(long nowMillis);
    }

    private record Body(HttpServerRequest request, long due) {}

    private final Limits limits;
    private final LongSupplier monotonicMillis;
    private final Set<ClientConnection> connections = new LinkedHashSet<>();
    private final List<Body> bodies = new ArrayList<>();
    private final List<Sending> sendings = new ArrayList<>();
    private final LineLimit line = new LineLimit(LINE_EVERY_MILLIS);
    private final HeardBytes heardBytes = new HeardBytes();
    private final PromptResets promptResets = new PromptResets();

    public ConnectionSweep(Limits limits, LongSupplier monotonicMillis) {
        this.limits = limits;
        this.monotonicMillis = monotonicMillis;
    }

    /** A connection has come in, and said nothing so far. */
    void accepted(Channel channel) {
        if (channel.isOpen()) {
            known(channel);
        }
    }

    /** A connection has begun to speak. */
    public void opened(HttpConnection connection) {
        Channel channel = channelOf(connection);
        if (channel == null) {
            return;
        }
        ClientConnection client = known(channel);
        // Such as a reset that shows when we write; without a handler each is an error in the log.
        connection.exceptionHandler(broken -> LOG.debug("connection broke reason=\"{}\"", broken.getMessage()));
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        if (http2 != null) {
            long now = now();
            client.http2(now, now + limits.headMillis());
            channel.pipeline().addBefore(channel.pipeline().context(http2).name(), null, promptResets);
            http2.decoder()
                    .frameListener(new FloodGuard(
                            http2.decoder().frameListener(),
                            client,
                            limits.idleFrames(),
                            () -> end(client, Reason.FLOOD)));
        } else if (channel.pipeline().get(HeardBytes.class) == null) {
            // It only reads, so nothing that is written passes it.
            channel.pipeline().addFirst(heardBytes);
            channel.pipeline().addBefore(contextOf(connection).name(), null, new KnownVersions());
            channel.pipeline().addBefore(contextOf(connection).name(), null, new Pipelining());
            channel.closeFuture().addListener(closed -> releaseRead(client, connection));
        }
    }

    /** Vert.x keeps what was read for a request that is paused, and does not release it when the connection ends. */
    private static void releaseRead(ClientConnection client, HttpConnection connection) {
        client.releaseRead();
        if (connection instanceof VertxConnection vertx) {
            vertx.doResume();
        }
    }

    /** The head of a request is whole. */
    public void requested(HttpServerRequest request) {
        Channel channel = channelOf(request.connection());
        if (channel == null) {
            return;
        }
        known(channel).requested(request);
        Pipelining pipelining = Pipelining.of(channel);
        if (pipelining != null) {
            pipelining.begun();
        }
        if (RequestBody.announced(request)) {
            bodies.add(new Body(request, now() + limits.bodyMillis()));
        }
    }

    /** Watches an answer until all of it was taken. */
    public void sending(Sending sending) {
        sendings.add(sending);
    }

    /** Connections that are known to be open. */
    int size() {
        return connections.size();
    }

    /** Ends what is overdue. */
    public void sweep() {
        long now = now();
        for (Iterator<ClientConnection> each = connections.iterator(); each.hasNext(); ) {
            ClientConnection client = each.next();
            if (!client.channel().isOpen()) {
                each.remove();
                continue;
            }
            Reason reason = client.overdue(now, limits.idleMillis());
            if (reason != null) {
                end(client, reason);
            }
        }
        bodies.removeIf(body -> over(body, now));
        sendings.removeIf(sending -> !sending.watch(now));
    }

    private boolean over(Body body, long now) {
        HttpServerRequest request = body.request();
        Channel channel = channelOf(request.connection());
        if (request.isEnded() || channel == null || !channel.isOpen()) {
            return true;
        }
        if (request.version() == HttpVersion.HTTP_2) {
            return request.response().closed() || streamOver(request, now >= body.due());
        }
        if (request.response().ended() && RequestBody.muchToCome(request)) {
            known(channel).endsAt(now + LINGER_MILLIS);
            return true;
        }
        if (now >= body.due()) {
            end(known(channel), Reason.BODY);
            return true;
        }
        return false;
    }

    private boolean streamOver(HttpServerRequest request, boolean overdue) {
        if (overdue) {
            tell(Reason.BODY);
        }
        boolean over = overdue || request.response().ended();
        if (over) {
            // RFC 9113 §8.1: who has answered may ask that the rest of the body is not sent.
            request.response().reset();
        }
        return over;
    }

    /** At once: a client that says nothing does not listen either. */
    private void end(ClientConnection client, Reason reason) {
        if (reason != Reason.UNWANTED_BODY && reason != Reason.IDLE) {
            tell(reason);
        }
        DirectSink.cut(client.channel());
    }

    private void tell(Reason reason) {
        long leftOut = line.pass();
        if (leftOut != LineLimit.SILENT) {
            LOG.info("connection ended reason={} others_before={}", reason.label(), leftOut);
        }
    }

    private ClientConnection known(Channel channel) {
        ClientConnection client = ClientConnection.of(channel, now(), limits.headMillis());
        connections.add(client);
        return client;
    }

    private long now() {
        return monotonicMillis.getAsLong();
    }

    static @Nullable Channel channelOf(HttpConnection connection) {
        // HTTP/1 and HTTP/2 alike; anything else is not Vert.x' own.
        return connection instanceof ConnectionBase ? contextOf(connection).channel() : null;
    }

    private static ChannelHandlerContext contextOf(HttpConnection connection) {
        return ((ConnectionBase) connection).channelHandlerContext();
    }

    /** Tells when a head begins on a connection that has served before. */
    @ChannelHandler.Sharable
    private final class HeardBytes extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            known(context.channel()).heard(now(), limits.headMillis());
            context.fireChannelRead(message);
        }
    }
}
