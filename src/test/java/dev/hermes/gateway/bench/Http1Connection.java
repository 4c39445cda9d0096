package dev.hermes.gateway.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;

/** A stream as a browser opens it over HTTP/1.1. */
final class Http1Connection implements Connection {

    private static final String OK = "HTTP/1.1 200";

    private final String path;
    private final boolean told;
    private final Stream stream;
    private boolean answered;

    /**
     * @param told whether the server says by an event that the stream is connected
     */
    Http1Connection(String path, boolean told, Stream stream) {
        this.path = path;
        this.told = told;
        this.stream = stream;
    }

    @Override
    public ByteBuffer greeting() {
        return ByteBuffer.wrap(("GET " + path
                        + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n\r\n")
                .getBytes(US_ASCII));
    }

    @Override
    public void received(ByteBuffer bytes, SocketChannel channel) throws IOException {
        if (!answered) {
            String answer = US_ASCII.decode(bytes.duplicate()).toString();
            if (!answer.startsWith(OK)) {
                throw new IOException(answer);
            }
            answered = true;
            if (!told) {
                stream.answered();
            }
        }
        stream.scan(bytes);
    }

    @Override
    public List<Stream> streams() {
        return List.of(stream);
    }
}
