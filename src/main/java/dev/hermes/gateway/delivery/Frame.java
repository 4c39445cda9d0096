package dev.hermes.gateway.delivery;

import io.netty.buffer.ByteBuf;

/**
 * One encoded SSE frame with the HTTP/1.1 chunk around it (RFC 9112 §7.1), so that the same bytes can be handed to every
 * client by reference. Owned by whoever made it, who releases it; used on one event loop only.
 */
public final class Frame {

    private final ByteBuf chunk;
    private final int payloadStart;
    private final int payloadLength;

    Frame(ByteBuf chunk, int payloadStart, int payloadLength) {
        this.chunk = chunk;
        this.payloadStart = payloadStart;
        this.payloadLength = payloadLength;
    }

    /** The frame as an HTTP/1.1 chunk; a reference of its own for the caller, who passes it on or releases it. */
    public ByteBuf retainedChunk() {
        return chunk.retainedDuplicate();
    }

    /** The frame alone; a reference of its own for the caller, who passes it on or releases it. */
    public ByteBuf retainedPayload() {
        return chunk.retainedSlice(payloadStart, payloadLength);
    }

    /** Bytes of the chunk. */
    public int chunkLength() {
        return chunk.readableBytes();
    }

    void release() {
        chunk.release();
    }
}
