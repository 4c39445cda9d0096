package dev.hermes.gateway.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.buffer.Buffer;
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
}
