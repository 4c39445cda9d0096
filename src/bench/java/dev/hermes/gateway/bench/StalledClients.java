package dev.hermes.gateway.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that ask for a stream, take next to nothing of it into their small buffers, and never read. */
final class StalledClients implements AutoCloseable {

    private static final int BUFFER_BYTES = 4_096;

    private final List<SocketChannel> channels = new ArrayList<>();

    static StalledClients open(int count, int port, String path) {
        StalledClients clients = new StalledClients();
        for (int client = 0; client < count; client++) {
            clients.add(port, path);
        }
        return clients;
    }

    /** Still without reading. */
    void stay(Duration length) {
        Pause.of(length);
    }

    private void add(int port, String path) {
        try {
            SocketChannel channel = SocketChannel.open();
            channels.add(channel);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            ByteBuffer request = ByteBuffer.wrap(
                    ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
                            .getBytes(US_ASCII));
            while (request.hasRemaining()) {
                if (channel.write(request) < 0) {
                    throw new IOException("a fresh socket takes no request");
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        for (SocketChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException alreadyClosed) {
                // Then it is.
            }
        }
    }
}
