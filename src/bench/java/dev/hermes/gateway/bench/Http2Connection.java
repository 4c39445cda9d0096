package dev.hermes.gateway.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Many streams on one connection of HTTP/2, begun without asking. Reads frames as they come and allocates
 * nothing. Looks at no header: a stream that is served says so by an event.
 */
final class Http2Connection implements Connection {

    private static final int BYTES_PER_REQUEST = 512;

    private final String path;
    private final List<Stream> streams;
    private final ByteBuffer header = ByteBuffer.allocate(Http2Frames.HEADER_BYTES);
    private final ByteBuffer ping = ByteBuffer.allocate(8);
    private boolean inPayload;
    private int left;
    private int type;
    private int flags;
    private int stream;

    private Http2Connection(String path, List<Stream> streams) {
        this.path = path;
        this.streams = streams;
    }

    static Dialect of(String path, int streams) {
        return (number, ear) -> new Http2Connection(
                path,
                IntStream.range(0, streams)
                        .mapToObj(stream -> new Stream(number * streams + stream, ear))
                        .toList());
    }

    @Override
    public ByteBuffer greeting() {
        ByteBuffer out = ByteBuffer.allocate(BYTES_PER_REQUEST * (streams.size() + 1));
        Http2Frames.begin(out);
        for (int at = 0; at < streams.size(); at++) {
            Http2Frames.get(out, 2 * at + 1, path);
        }
        return out.flip();
    }

    @Override
    public void received(ByteBuffer bytes, SocketChannel channel) throws IOException {
        int end = bytes.limit();
        while (bytes.hasRemaining()) {
            if (!inPayload) {
                header.put(bytes.get());
                if (!header.hasRemaining()) {
                    begin();
                }
            }
            if (inPayload) {
                bytes.limit(Math.min(end, bytes.position() + left));
                left -= bytes.remaining();
                payload(bytes);
                bytes.position(bytes.limit()).limit(end);
                if (left == 0) {
                    inPayload = false;
                    ended(channel);
                }
            }
        }
    }

    private void begin() {
        header.flip();
        left = (header.get() & 0xff) << 16 | (header.getShort() & 0xffff);
        type = header.get();
        flags = header.get();
        stream = header.getInt() & Integer.MAX_VALUE;
        header.clear();
        ping.clear();
        inPayload = true;
    }

    private void payload(ByteBuffer bytes) {
        if (type == Http2Frames.DATA) {
            streams.get((stream - 1) / 2).scan(bytes);
        } else if (type == Http2Frames.PING) {
            ping.put(bytes);
        }
    }

    private void ended(SocketChannel channel) throws IOException {
        boolean acknowledged = (flags & Http2Frames.ACKNOWLEDGED) != 0;
        if (type == Http2Frames.SETTINGS && !acknowledged) {
            reply(channel, Http2Frames.SETTINGS, ByteBuffer.allocate(0));
        } else if (type == Http2Frames.PING && !acknowledged) {
            reply(channel, Http2Frames.PING, ping.flip());
        } else if (type == Http2Frames.RESET || type == Http2Frames.GO_AWAY) {
            throw new IOException("ended by a frame of type " + type);
        } else if (type <= Http2Frames.HEADERS && (flags & Http2Frames.END_OF_STREAM) != 0) {
            // A refusal too: what is served does not end.
            throw new IOException("stream " + stream + " ended by the server");
        }
    }

    private static void reply(SocketChannel channel, int type, ByteBuffer payload) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(Http2Frames.HEADER_BYTES + payload.remaining());
        Http2Frames.header(out, payload.remaining(), type, Http2Frames.ACKNOWLEDGED, 0);
        out.put(payload).flip();
        while (out.hasRemaining()) {
            if (channel.write(out) < 0) {
                throw new IOException("closed");
            }
        }
    }

    @Override
    public List<Stream> streams() {
        return streams;
    }
}
