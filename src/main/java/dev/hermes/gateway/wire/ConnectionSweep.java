package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
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
 * Closes the idle and overdue connections of one event loop, by checking all of them once a second instead of one
 * timer each. A connection has {@link Limits#headMillis} for a complete head, {@link Limits#bodyMillis} for a body
 * and may be idle for {@link Limits#idleMillis}. While a request is being answered, by a stream, a waiting poll or
 * anything else, its connection is not idle; nor is an HTTP/1 client that takes bytes of an answer. A page of a poll that
 * its client does not read is watched by {@link PollAnswer}. One that is {@linkplain BareConnection bare} is not watched at all. Owned by the event loop.
 */
public final class ConnectionSweep {

    /** How often {@link #sweep()} has to be called. */
    public static final long EVERY_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionSweep.class);
    private static final long LINE_EVERY_MILLIS = 10_000;

    /**
     * Time for the answer to reach a client that is still sending; after a reset by us it might never read the
     * answer.
     */
    private static final long LINGER_MILLIS = 1_000;

    /**
     * The limits of a connection.
     *
     * @param idleFrames the most HTTP/2 frames without progress between two sweeps; a client that returns
     *     flow-control credit for each frame of its streams immediately, twice, needs a few tens of thousands for as many
     *     events
     */
    public record Limits(long headMillis, long bodyMillis, long idleMillis, int idleFrames) {

        public static final Limits USUAL = new Limits(10_000, 30_000, 60_000, 50_000);
    }

    /** Why a connection is closed. */
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

    /** An answer that is being sent. */
    interface Sending {

        /** Closes the answer if its client reads nothing; false when there is nothing more to watch. */
        boolean watch(long nowMillis);
    }

    private record Body(HttpServerRequest request, long due) {}

    private final Limits limits;
    private final LongSupplier monotonicMillis;
    private final Set<ClientConnection> connections = new LinkedHashSet<>();
    private final List<Body> bodies = new ArrayList<>();
    private final List<Sending> sendings = new ArrayList<>();
    private final LineLimit line = new LineLimit(LINE_EVERY_MILLIS);
    private final PromptResets promptResets = new PromptResets();

    public ConnectionSweep(Limits limits, LongSupplier monotonicMillis) {
        this.limits = limits;
        this.monotonicMillis = monotonicMillis;
    }

    /** A connection was accepted. It may be told late, when the connection carries a stream already. */
    void accepted(Channel channel) {
        if (channel.isOpen() && channel.pipeline().get(BareConnection.class) == null) {
            known(channel);
        }
    }

    /** A connection carries a stream no more. */
    void returned(Channel channel) {
        known(channel).idle();
    }

    /** Bytes have arrived. */
    void arrived(Channel channel, boolean endAsHead) {
        known(channel).received(endAsHead, now(), limits.headMillis());
    }

    /** A connection has begun to send. */
    public void opened(HttpConnection connection) {
        Channel channel = channelOf(connection);
        if (channel == null) {
            return;
        }
        ClientConnection client = known(channel);
        // Failures such as a reset seen while writing; without a handler Vert.x would log each one as an error.
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
        } else if (channel.pipeline().get(Pipelining.class) == null) {
            channel.pipeline().addBefore(contextOf(connection).name(), null, new KnownVersions());
            channel.pipeline().addBefore(contextOf(connection).name(), null, new Pipelining());
            client.opened(connection);
        }
    }

    /** The head of a request is complete. */
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

    /** Watches an answer until the client has taken all of it. */
    public void sending(Sending sending) {
        sendings.add(sending);
    }

    /** The number of connections that are watched. */
    int size() {
        return connections.size();
    }

    /** Closes everything that is overdue. */
    public void sweep() {
        long now = now();
        for (Iterator<ClientConnection> each = connections.iterator(); each.hasNext(); ) {
            ClientConnection client = each.next();
            if (client.forgotten() || !client.channel().isOpen()) {
                each.remove();
                continue;
            }
            Reason reason = client.overdue(now, limits);
            if (reason != null) {
                end(client, reason);
            }
        }
        bodies.removeIf(body -> finished(body, now));
        sendings.removeIf(sending -> !sending.watch(now));
    }

    private boolean finished(Body body, long now) {
        HttpServerRequest request = body.request();
        Channel channel = channelOf(request.connection());
        if (request.isEnded() || channel == null || !channel.isOpen()) {
            return true;
        }
        if (request.version() == HttpVersion.HTTP_2) {
            return request.response().closed() || streamFinished(request, now >= body.due());
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

    private boolean streamFinished(HttpServerRequest request, boolean overdue) {
        if (overdue) {
            logEnd(Reason.BODY);
        }
        boolean over = overdue || request.response().ended();
        if (over) {
            // RFC 9113 §8.1: a server that has answered may ask the client not to send the rest of the body.
            request.response().reset();
        }
        return over;
    }

    /** Closes without a response: a client that sends nothing would not read one either. */
    private void end(ClientConnection client, Reason reason) {
        if (reason != Reason.UNWANTED_BODY && reason != Reason.IDLE) {
            logEnd(reason);
        }
        DirectSink.cut(client.channel());
    }

    private void logEnd(Reason reason) {
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
        // Covers HTTP/1 and HTTP/2; any other connection is not Vert.x' own.
        return connection instanceof ConnectionBase ? contextOf(connection).channel() : null;
    }

    private static ChannelHandlerContext contextOf(HttpConnection connection) {
        return ((ConnectionBase) connection).channelHandlerContext();
    }
}
