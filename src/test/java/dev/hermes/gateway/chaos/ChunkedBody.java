package dev.hermes.gateway.chaos;

import java.io.IOException;
import java.io.InputStream;

/** What a chunked body carries, RFC 9112 §7.1. An end without the last chunk is an error, as it is for a browser. */
@SuppressWarnings("InputStreamSlowMultibyteRead") // Read byte by byte only.
final class ChunkedBody extends InputStream {

    private final InputStream in;
    private int left;

    ChunkedBody(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        if (left == 0) {
            left = Integer.parseInt(Wire.line(in), 16);
            if (left == 0) {
                return -1;
            }
        }
        int next = in.read();
        if (next < 0) {
            throw new IOException("ended within a chunk");
        }
        if (--left == 0) {
            Wire.line(in);
        }
        return next;
    }
}
