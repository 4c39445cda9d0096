package dev.hermes.gateway.fuzz;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks at what came back for bytes that looked a little like HTTP/2. */
final class Http2Judge {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int WITH_PRIORITY = 0x20;
    private static final int MOST_FRAME_BYTES = 16_384;
    private static final int INTERNAL_ERROR = 2;

    private record Answer(int status, String type, ByteArrayOutputStream body) {}

    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Answer> open = new HashMap<>();
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private final List<String> faults;

    private Http2Judge(List<String> faults) {
        this.faults = faults;
    }

    /** The connection is one input. */
    static int judge(byte[] sent, byte[] came, List<String> faults) {
        // Whoever does not begin as HTTP/2 is answered by HTTP/1.
        if (came.length > 0 && came[0] == 'H') {
            Http1Judge.judge(sent, came, faults);
            return 1;
        }
        Http2Judge judge = new Http2Judge(faults);
        ByteBuffer bytes = ByteBuffer.wrap(came);
        while (bytes.remaining() >= 9 && faults.isEmpty()) {
            int length = ((bytes.getShort() & 0xffff) << 8) | (bytes.get() & 0xff);
            int type = bytes.get();
            int flags = bytes.get();
            int stream = bytes.getInt();
            if (length > MOST_FRAME_BYTES || type < DATA || type > CONTINUATION || stream < 0) {
                faults.add("no frame: length " + length + ", type " + type + ", stream " + stream);
            }
            if (bytes.remaining() < length) {
                break;
            }
            byte[] payload = new byte[length];
            bytes.get(payload);
            judge.frame(type, flags, stream, payload);
        }
        return 1;
    }

    private void frame(int type, int flags, int stream, byte[] payload) {
        switch (type) {
            case HEADERS, CONTINUATION -> {
                block.writeBytes(type == HEADERS ? fragment(flags, payload) : payload);
                if ((flags & END_HEADERS) != 0) {
                    headers(stream);
                    block.reset();
                }
            }
            case DATA -> {
                Answer answer = open.get(stream);
                if (answer == null) {
                    faults.add("data before a head");
                } else {
                    answer.body().writeBytes(payload);
                }
            }
            case RST_STREAM -> error(ByteBuffer.wrap(payload).getInt());
            case GOAWAY -> error(ByteBuffer.wrap(payload).getInt(4));
            default -> {}
        }
        Answer answer = open.get(stream);
        if (answer != null && (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
            String body = answer.body().toString(StandardCharsets.UTF_8);
            String fault = AnswerJudge.fault(answer.status(), answer.type(), body, !body.isEmpty());
            if (fault != null) {
                faults.add(fault + ": " + answer.status() + " " + body);
            }
        }
    }

    /** RFC 9113 §6.2. */
    private static byte[] fragment(int flags, byte[] payload) {
        int from = ((flags & PADDED) != 0 ? 1 : 0) + ((flags & WITH_PRIORITY) != 0 ? 5 : 0);
        int to = payload.length - ((flags & PADDED) != 0 ? payload[0] & 0xff : 0);
        return Arrays.copyOfRange(payload, from, to);
    }

    private void headers(int stream) {
        try {
            Http2Headers headers = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block.toByteArray()));
            int status = Integer.parseInt(String.valueOf(headers.status()));
            CharSequence type = headers.get("content-type");
            if (status >= 200) {
                open.put(stream, new Answer(status, type == null ? "" : type.toString(), new ByteArrayOutputStream()));
            }
            if (status >= 500) {
                faults.add("the gateway's own fault: " + headers);
            }
        } catch (Http2Exception | NumberFormatException no) {
            faults.add("no head: " + no);
        }
    }

    private void error(int code) {
        if (code == INTERNAL_ERROR) {
            faults.add("INTERNAL_ERROR");
        }
    }
}
