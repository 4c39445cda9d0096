package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Gap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ByteProcessor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One encoded SSE frame inside an HTTP/1.1 chunk (RFC 9112 §7.1), so that all clients can share the same bytes by
 * reference. Reference-counted: whoever created it releases it. Used on one event loop only.
 */
public final class Frame {

    private final ByteBuf chunk;
    private final int payloadStart;
    private final int payloadLength;
    private @Nullable Buffer payload;

    Frame(ByteBuf chunk, int payloadStart, int payloadLength) {
        this.chunk = chunk;
        this.payloadStart = payloadStart;
        this.payloadLength = payloadLength;
    }

    /** The frame as an HTTP/1.1 chunk, retained for the caller, who passes it on or releases it. */
    public ByteBuf retainedChunk() {
        return chunk.retainedDuplicate();
    }

    /**
     * The same bytes without an own reference: the caller must not move the buffer's indexes, and must {@link
     * #retain} it to keep it.
     */
    public ByteBuf chunk() {
        return chunk;
    }

    /** Keeps the chunk until {@link #release()}. */
    public void retain() {
        chunk.retain();
    }

    /** The frame without the chunk, copied once and shared; must not be changed. */
    public Buffer payload() {
        Buffer copy = payload;
        if (copy == null) {
            copy = Buffer.buffer(ByteBufUtil.getBytes(chunk, payloadStart, payloadLength));
            payload = copy;
        }
        return copy;
    }

    /** The length of the chunk in bytes. */
    public int chunkLength() {
        return chunk.readableBytes();
    }

    /** Releases the reference of the creator, or one taken by {@link #retain()}. */
    public void release() {
        chunk.release();
    }

    /**
     * Encodes frames as WHATWG HTML §9.2.5 defines them: {@code id}, {@code event}, one {@code data} line per line of the
     * payload, an empty line. Uses direct memory, so that a socket takes the bytes without a copy.
     */
    static final class Encoder {

        /** Up to eight hex digits of chunk size, CR, LF. */
        private static final int CHUNK_HEAD = 10;

        private static final byte[] ID = ascii("id: ");
        private static final byte[] EVENT = ascii("event: ");
        private static final byte[] DATA = ascii("data: ");
        private static final byte[] RETRY = ascii("retry: ");
        private static final Pattern LINE_BREAKERS = Pattern.compile("[\r\n\0]");
        private static final byte[] HEX = ascii("0123456789abcdef");

        private Encoder() {}

        /** An event with its id. */
        static Frame event(Event event) {
            return frame(
                    null, event.id(), event.envelope().type(), event.envelope().data());
        }

        /** An event outside the log's order, without an id, so that it does not move the client's cursor. */
        static Frame withoutId(String type, Buffer data) {
            return frame(null, null, type, data);
        }

        static Frame hole(LogEntry.GapEntry hole) {
            return gap(Gap.of(hole));
        }

        static Frame gap(Gap gap) {
            return control(null, gap.resumedAt(), "gap", gap.toJson());
        }

        static Frame control(@Nullable Integer retryMillis, @Nullable EventId id, String type, JsonObject data) {
            return frame(retryMillis, id, type, data.toBuffer());
        }

        private static Frame frame(@Nullable Integer retryMillis, @Nullable EventId id, String type, Buffer data) {
            ByteBuf buffer =
                    PooledByteBufAllocator.DEFAULT.directBuffer(CHUNK_HEAD + 160 + type.length() + data.length());
            try {
                buffer.writeZero(CHUNK_HEAD);
                if (retryMillis != null) {
                    field(buffer, RETRY, Integer.toString(retryMillis));
                }
                if (id != null) {
                    field(buffer, ID, id.toString());
                }
                field(buffer, EVENT, type);
                lines(buffer, Unpooled.wrappedBuffer(data.getBytes()));
                buffer.writeByte('\n');
                return chunked(buffer);
            } catch (RuntimeException | Error failure) {
                buffer.release();
                throw failure;
            }
        }

        private static void field(ByteBuf buffer, byte[] name, String value) {
            buffer.writeBytes(name);
            ByteBufUtil.writeUtf8(
                    buffer, breaksItsLine(value) ? LINE_BREAKERS.matcher(value).replaceAll("") : value);
            buffer.writeByte('\n');
        }

        /**
         * Types are checked where events come in; this is the last place to stop a value from forging a field or a frame.
         */
        private static boolean breaksItsLine(String value) {
            return value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0 || value.indexOf('\0') >= 0;
        }

        /** CR, LF and CRLF all end a line for an EventSource; each starts a new data line, which the client reads as LF. */
        private static void lines(ByteBuf buffer, ByteBuf data) {
            while (true) {
                int lineBreak = data.forEachByte(ByteProcessor.FIND_CRLF);
                buffer.writeBytes(DATA);
                if (lineBreak < 0) {
                    buffer.writeBytes(data);
                    buffer.writeByte('\n');
                    return;
                }
                buffer.writeBytes(data, lineBreak - data.readerIndex());
                buffer.writeByte('\n');
                boolean carriageReturn = data.readByte() == '\r';
                if (carriageReturn && data.isReadable() && data.getByte(data.readerIndex()) == '\n') {
                    data.skipBytes(1);
                }
            }
        }

        private static Frame chunked(ByteBuf buffer) {
            int payloadLength = buffer.writerIndex() - CHUNK_HEAD;
            int at = CHUNK_HEAD;
            buffer.setByte(--at, '\n').setByte(--at, '\r');
            int rest = payloadLength;
            do {
                buffer.setByte(--at, HEX[rest & 0xf]);
                rest >>>= 4;
            } while (rest != 0);
            buffer.writeByte('\r').writeByte('\n');
            buffer.readerIndex(at);
            return new Frame(buffer, CHUNK_HEAD, payloadLength);
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }
}
