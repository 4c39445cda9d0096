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
 * Gives bytes to the kernel by one {@code send(2)}, bypassing a channel that has nothing else to send: without an
 * entry in its outbound buffer a delivery costs a tenth less, see the performance page. On the channel's event loop
 * only.
 *
 * <p>It does what epoll's own channel does for a single buffer, under the same two conditions, which are checked each
 * time. The channel is active, since the number of a closed descriptor may belong to another client already. And
 * nothing waits in the channel's buffer, since the bytes would overtake it.
 */
final class SocketSend implements DirectSink.Shortcut {

    private final Channel channel;
    private final Socket socket;

    private SocketSend(Channel channel, Socket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /** Null for a channel that does not use epoll. */
    static DirectSink.@Nullable Shortcut of(Channel channel) {
        return channel instanceof EpollSocketChannel epoll && epoll.fd() instanceof Socket socket
                ? new SocketSend(channel, socket)
                : null;
    }

    /**
     * Returns how many bytes the socket took, possibly none. A failure counts as none too: the channel will fail with
     * the rest, and report it.
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
