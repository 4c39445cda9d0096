package dev.hermes.gateway.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One encoded SSE frame with the HTTP/1.1 chunk around it (RFC 9112 §7.1), so that the same bytes can be handed to every
 * client by reference. Owned by whoever made it, who releases it; used on one event loop only.
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

    /** The frame as an HTTP/1.1 chunk; a reference of its own for the caller, who passes it on or releases it. */
    public ByteBuf retainedChunk() {
        return chunk.retainedDuplicate();
    }

    /** The same bytes, shared with everybody: not to be moved in, and gone unless {@link #retain retained}. */
    public ByteBuf chunk() {
        return chunk;
    }

    /** Keeps the chunk until {@link #release()}. */
    public void retain() {
        chunk.retain();
    }

    /** The frame alone, copied once for all who ask; not to be changed. */
    public Buffer payload() {
        Buffer copy = payload;
        if (copy == null) {
            copy = Buffer.buffer(ByteBufUtil.getBytes(chunk, payloadStart, payloadLength));
            payload = copy;
        }
        return copy;
    }

    /** Bytes of the chunk. */
    public int chunkLength() {
        return chunk.readableBytes();
    }

    /** Gives back what its maker, or {@link #retain()}, has kept. */
    public void release() {
        chunk.release();
    }
}
