package dev.hermes.gateway.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/** The few frames of HTTP/2 that a client must send to listen. */
final class Http2Frames {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GO_AWAY = 7;
    static final int WINDOW_UPDATE = 8;

    static final int ACKNOWLEDGED = 1;
    static final int END_OF_STREAM = 1;
    static final int HEADER_BYTES = 9;

    private static final int END_OF_HEADERS = 4;
    private static final int WINDOW_SETTING = 4;
    private static final int LARGEST_WINDOW = Integer.MAX_VALUE;
    private static final int FIRST_WINDOW = 65_535;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    /** In HPACK's static table, or in it by name only. */
    private static final int METHOD_GET = 0x82;

    private static final int SCHEME_HTTP = 0x86;
    private static final int NAME_PATH = 0x04;
    private static final int NAME_AUTHORITY = 0x01;
    private static final int NEW_NAME = 0x00;
    private static final int LARGEST_SHORT_TEXT = 126;

    private Http2Frames() {}

    /** Begins a connection whose windows no benchmark will exhaust. */
    static void begin(ByteBuffer out) {
        out.put(PREFACE);
        header(out, 6, SETTINGS, 0, 0);
        out.putShort((short) WINDOW_SETTING).putInt(LARGEST_WINDOW);
        header(out, 4, WINDOW_UPDATE, 0, 0);
        out.putInt(LARGEST_WINDOW - FIRST_WINDOW);
    }

    static void get(ByteBuffer out, int stream, String path) {
        ByteBuffer block = ByteBuffer.allocate(512);
        block.put((byte) METHOD_GET).put((byte) SCHEME_HTTP);
        text(block.put((byte) NAME_PATH), path);
        text(block.put((byte) NAME_AUTHORITY), "localhost");
        text(text(block.put((byte) NEW_NAME), "accept"), "text/event-stream");
        block.flip();
        header(out, block.remaining(), HEADERS, END_OF_HEADERS | END_OF_STREAM, stream);
        out.put(block);
    }

    static void header(ByteBuffer out, int length, int type, int flags, int stream) {
        out.put((byte) (length >>> 16)).putShort((short) length);
        out.put((byte) type).put((byte) flags).putInt(stream);
    }

    private static ByteBuffer text(ByteBuffer block, String text) {
        if (text.length() > LARGEST_SHORT_TEXT) {
            throw new IllegalArgumentException("longer than one byte tells: " + text);
        }
        return block.put((byte) text.length()).put(text.getBytes(US_ASCII));
    }
}
