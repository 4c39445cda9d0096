package dev.hermes.gateway.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;

/** One TCP connection and the streams on it. Lives on one loop. */
interface Connection {

    /** What is sent as soon as it is open. */
    ByteBuffer greeting();

    /**
     * All that has come.
     *
     * @throws IOException if it is not what is spoken here
     */
    void received(ByteBuffer bytes, SocketChannel channel) throws IOException;

    List<Stream> streams();
}
