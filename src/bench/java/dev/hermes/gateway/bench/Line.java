package dev.hermes.gateway.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A connection and its socket. Lives on one loop. */
final class Line {

    private final Connection connection;
    private final SocketChannel channel;
    private final long dialledAt;

    private Line(Connection connection, SocketChannel channel) {
        this.connection = connection;
        this.channel = channel;
        this.dialledAt = BenchClock.now();
    }

    static Line dial(Connection connection, InetSocketAddress address, Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Line line = new Line(connection, channel);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, line);
            if (channel.connect(address)) {
                line.greet(key);
            }
            return line;
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    Connection connection() {
        return connection;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Sends the greeting on a connection that is open now. */
    void greet(SelectionKey key) throws IOException {
        channel.finishConnect();
        ByteBuffer greeting = connection.greeting();
        while (greeting.hasRemaining()) {
            if (channel.write(greeting) == 0) {
                throw new IOException("a fresh socket takes no request");
            }
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    void read(ByteBuffer buffer, Ear ear) throws IOException {
        buffer.clear();
        if (channel.read(buffer) < 0) {
            throw new IOException("ended by the server");
        }
        buffer.flip();
        ear.listen(dialledAt);
        connection.received(buffer, channel);
    }

    void close() {
        try {
            channel.close();
        } catch (IOException alreadyClosed) {
            // Then it is.
        }
    }
}
