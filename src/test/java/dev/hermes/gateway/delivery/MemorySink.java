package dev.hermes.gateway.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket: bytes wait here until the client takes them, and it takes as many as it was allowed to. Writable as
 * Netty's channels are: no longer above the high mark, again below the low one, told of that in the middle of a flush.
 */
final class MemorySink implements ByteSink {

    static final long UNLIMITED = Long.MAX_VALUE / 2;

    private static final int HIGH_MARK = 1_000;
    private static final int LOW_MARK = 500;

    /** What stands behind every frame that was written to any sink of one test. */
    static final class Memory {
        private final Set<ByteBuf> buffers = Collections.newSetFromMap(new IdentityHashMap<>());

        private final Set<Frame> frames = Collections.newSetFromMap(new IdentityHashMap<>());

        /** How many more frames there is room for. */
        private long room = UNLIMITED;

        private int refused;

        void room(long frames) {
            room = frames;
        }

        /** How many frames there was none for. */
        int refused() {
            return refused;
        }

        /** Takes room for a frame unless others have it already, as Netty does when it is made. */
        void take(Frame frame) {
            if (!frames.contains(frame) && room-- <= 0) {
                room = 0;
                refused++;
                throw new OutOfMemoryError("as Netty says it of what is outside the heap");
            }
            frames.add(frame);
            watch(frame.chunk());
        }

        /** Keeps an eye on the memory behind that buffer. */
        void watch(ByteBuf buffer) {
            ByteBuf root = buffer;
            for (ByteBuf below = buffer.unwrap(); below != null; below = below.unwrap()) {
                root = below;
            }
            buffers.add(root);
        }

        boolean allReleased() {
            return buffers.stream().allMatch(buffer -> buffer.refCnt() == 0);
        }
    }

    private final Memory memory;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private long allowance;
    private long pending;
    private long taken;
    private int writes;
    private int unflushed;
    private boolean full;
    private boolean ended;
    private @Nullable Owner toTell;
    private boolean aborted;
    private @Nullable SseStream stream;

    MemorySink(Memory memory, long allowance) {
        this.memory = memory;
        this.allowance = allowance;
    }

    void belongsTo(SseStream owner) {
        stream = owner;
    }

    @Override
    public void write(Frame frame) {
        if (ended || aborted) {
            throw new AssertionError("written after the end");
        }
        memory.take(frame);
        ByteBuf chunk = frame.retainedChunk();
        written.writeBytes(ByteBufUtil.getBytes(chunk));
        pending += chunk.readableBytes();
        waiting.add(chunk);
        writes++;
        unflushed++;
        full |= pending > HIGH_MARK;
    }

    @Override
    public void flush() {
        unflushed = 0;
        take();
    }

    @Override
    public boolean writable() {
        return !full;
    }

    @Override
    public long progress() {
        return pending == 0 ? NOTHING_PENDING : taken;
    }

    @Override
    public void end(Owner owner) {
        ended = true;
        toTell = owner;
        flush();
    }

    @Override
    public void abort() {
        aborted = true;
        unflushed = 0;
        drop();
    }

    /** The client takes so many more bytes. */
    void allow(long bytes) {
        allowance = Math.min(UNLIMITED, allowance + bytes);
        take();
    }

    void stall() {
        allowance = 0;
    }

    /** The connection broke: what was on its way is lost. */
    void drop() {
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        pending = 0;
    }

    List<SseReader.Message> messages() {
        return SseReader.readChunked(received.toByteArray());
    }

    /** What was handed over, whether it arrived or not. */
    List<SseReader.Message> written() {
        return SseReader.readChunked(written.toByteArray());
    }

    boolean ended() {
        return ended;
    }

    boolean aborted() {
        return aborted;
    }

    /** Whether everything, the end included, has arrived. */
    boolean complete() {
        return ended && toTell == null;
    }

    @Override
    public long pendingBytes() {
        return pending;
    }

    int writes() {
        return writes;
    }

    int unflushed() {
        return unflushed;
    }

    private void take() {
        while (allowance > 0 && !waiting.isEmpty()) {
            ByteBuf next = waiting.element();
            int length = (int) Math.min(allowance, next.readableBytes());
            byte[] bytes = new byte[length];
            next.readBytes(bytes);
            received.writeBytes(bytes);
            allowance -= allowance >= UNLIMITED / 2 ? 0 : length;
            taken += length;
            pending -= length;
            if (!next.isReadable()) {
                waiting.remove().release();
            }
        }
        SseStream owner = stream;
        if (full && pending < LOW_MARK) {
            full = false;
            if (owner != null) {
                owner.drained();
            }
        }
        Owner telling = toTell;
        if (ended && waiting.isEmpty() && telling != null) {
            toTell = null;
            telling.ended();
        }
    }
}
