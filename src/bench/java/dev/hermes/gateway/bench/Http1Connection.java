package dev.hermes.gateway.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.function.IntFunction;

/** A stream as a browser opens it over HTTP/1.1. */
final class Http1Connection implements Connection {

    private static final String OK = "HTTP/1.1 200";

    private final String path;
    private final boolean told;
    private final Stream stream;
    private boolean answered;

    /** For servers that say by an event that a stream is connected. */
    static Dialect told(IntFunction<String> path) {
        return (number, ear) -> new Http1Connection(path.apply(number), true, new Stream(number, ear));
    }

    /** For servers whose answer is all they say. */
    static Dialect answered(IntFunction<String> path) {
        return (number, ear) -> new Http1Connection(path.apply(number), false, new Stream(number, ear));
    }

    private Http1Connection(String path, boolean told, Stream stream) {
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
