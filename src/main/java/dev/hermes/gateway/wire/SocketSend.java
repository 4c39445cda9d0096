package dev.hermes.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;

/**
 * Hands bytes to the kernel with one {@code send(2)}, past a channel that has nothing else to send: without an entry in
 * its outbound buffer a delivery costs a tenth less, see the performance page. The channel's event loop only.
 *
 * <p>It does what epoll's own channel does for a single buffer, under the same two conditions, checked anew each time: the
 * channel is active, since the number of a closed descriptor may be another client's already; and nothing waits in its
 * buffer, since that would be overtaken.
 */
final class SocketSend implements DirectSink.Shortcut {

    private final Channel channel;
    private final Socket socket;

    private SocketSend(Channel channel, Socket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /** Null for a channel that is not epoll's. */
    static DirectSink.@Nullable Shortcut of(Channel channel) {
        return channel instanceof EpollSocketChannel epoll && epoll.fd() instanceof Socket socket
                ? new SocketSend(channel, socket)
                : null;
    }

    /**
     * How many bytes the socket took, maybe none. A failure is none, too: the channel will meet it with the rest, and tell
     * of it.
     */
    @Override
    public int send(ByteBuf bytes) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (!channel.isActive()
                || waiting == null
                || waiting.totalPendingWriteBytes() > 0
                || !bytes.hasMemoryAddress()) {
            return 0;
        }
        try {
            return socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
        } catch (IOException | NotYetConnectedException broken) {
            return 0;
        }
    }
}
