package dev.hermes.gateway.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class Http2ConnectionTest {

    private static final int END_OF_HEADERS = 4;

    @Test
    void givesEachStreamItsFramesWhereverTheyAreCut() throws IOException {
        ByteBuffer frames = ByteBuffer.allocate(1_024);
        headers(frames, 1, END_OF_HEADERS);
        headers(frames, 3, END_OF_HEADERS);
        data(frames, 3, "event: queue_update\ndata: {\"t\":1");
        data(frames, 1, "event: queue_update\ndata: {\"t\":7}\n\n");
        data(frames, 3, "2}\n\n");
        frames.flip();
        for (int cut = 0; cut <= frames.limit(); cut++) {
            Connection connection = Http2Connection.of("/", 2).connection(0, new Ear());
            try (SocketChannel channel = SocketChannel.open()) {
                connection.received(frames.slice(0, cut), channel);
                connection.received(frames.slice(cut, frames.limit() - cut), channel);
            }

            assertThat(connection.streams()).extracting(Stream::events).containsExactly(1, 1);
        }
    }

    @Test
    void aStreamThatEndsIsToldOf() throws IOException {
        ByteBuffer frames = ByteBuffer.allocate(1_024);
        headers(frames, 1, END_OF_HEADERS | Http2Frames.END_OF_STREAM);
        Connection connection = Http2Connection.of("/", 1).connection(0, new Ear());
        try (SocketChannel channel = SocketChannel.open()) {
            assertThatThrownBy(() -> connection.received(frames.flip(), channel))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ended by the server");
        }
    }

    private static void headers(ByteBuffer out, int stream, int flags) {
        Http2Frames.header(out, 1, Http2Frames.HEADERS, flags, stream);
        out.put((byte) 0x88);
    }

    private static void data(ByteBuffer out, int stream, String text) {
        Http2Frames.header(out, text.length(), Http2Frames.DATA, 0, stream);
        out.put(text.getBytes(US_ASCII));
    }
}
