package dev.hermes.gateway.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.VertxConnection;

/**
 * Makes the gateway treat a connection as one whose client does not read, since a web page cannot stop reading by
 * itself: the socket reports that it is not writable until it is released. No byte is lost and none is written. Any
 * thread.
 */
public final class StreamStall {

    /** One of Netty's user-defined writability flags, of which nothing else here sets any. */
    private static final int REASON = 1;

    private StreamStall() {}

    public static void hold(HttpConnection connection) {
        set(connection, false);
    }

    public static void release(HttpConnection connection) {
        set(connection, true);
    }

    private static void set(HttpConnection connection, boolean writable) {
        Channel channel = ((VertxConnection) connection).channel();
        channel.eventLoop().execute(() -> {
            ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
            if (pending != null) {
                pending.setUserDefinedWritability(REASON, writable);
            }
        });
    }
}
