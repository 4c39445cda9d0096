package dev.hermes.gateway.doctor;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stream as it comes: each frame with the moment at which its last byte arrived. The client's threads fill it; all
 * other methods are for one thread, which they may block. A stream of more than 4 MiB is taken for something else and
 * ended.
 */
final class EventStream implements BodySubscriber<EventStream>, AutoCloseable {

    private static final long MOST_BYTES = 4 << 20;

    private final ResponseInfo head;
    private final long opened;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;

    // Of the client's threads, which call one after the other.
    private long received;

    // Of the reading thread.
    private final StringBuilder unread = new StringBuilder();
    private final Deque<Frame> frames = new ArrayDeque<>();
    private long lastByte = System.nanoTime();
    private @Nullable Piece end;

    /** @param text the bytes, one in each character, so that a character of two pieces is not lost; null at the end */
    private record Piece(@Nullable String text, long nanos) {}

    /** One frame. Fields that it does not have are empty. */
    record Frame(String id, String event, String data, long nanos) {

        /** The data, or an empty object if it is none. */
        JsonObject json() {
            try {
                return new JsonObject(data);
            } catch (DecodeException | ClassCastException none) {
                return new JsonObject();
            }
        }
    }

    EventStream(ResponseInfo head, long opened) {
        this.head = head;
        this.opened = opened;
    }

    int status() {
        return head.statusCode();
    }

    HttpHeaders headers() {
        return head.headers();
    }

    /** From the request to this frame. */
    Duration took(Frame frame) {
        return Duration.ofNanos(frame.nanos() - opened);
    }

    /** How long ago it was asked for; once it has ended, how old it became. */
    Duration age() {
        return Duration.ofNanos((end == null ? System.nanoTime() : end.nanos()) - opened);
    }

    /** The next frame; null if none comes in that time, or the stream has ended. */
    @Nullable
    Frame next(Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        while (frames.isEmpty() && end == null) {
            Piece piece = poll(until - System.nanoTime());
            if (piece == null) {
                return null;
            }
            take(piece);
        }
        return frames.poll();
    }

    /** The next frame of that name, leaving out those before; null as for {@link #next(Duration)}. */
    @Nullable
    Frame next(String event, Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        Frame frame = next(patience);
        while (frame != null && !frame.event().equals(event)) {
            frame = next(Duration.ofNanos(until - System.nanoTime()));
        }
        return frame;
    }

    /** Whether the other side has ended it. */
    boolean ended() {
        return end != null;
    }

    /** When the other side ended it, for people. */
    String endedWhen() {
        return String.format(
                Locale.ROOT,
                "%.1f s after its beginning and %.1f s after its last byte",
                age().toMillis() / 1_000.0,
                ((end == null ? lastByte : end.nanos()) - lastByte) / 1e9);
    }

    private @Nullable Piece poll(long nanos) {
        try {
            return pieces.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void take(Piece piece) {
        if (piece.text() == null) {
            end = piece;
            return;
        }
        lastByte = piece.nanos();
        unread.append(piece.text().replace("\r", ""));
        int blank = unread.indexOf("\n\n");
        while (blank >= 0) {
            byte[] whole = unread.substring(0, blank).getBytes(StandardCharsets.ISO_8859_1);
            frames.add(frame(new String(whole, StandardCharsets.UTF_8), piece.nanos()));
            unread.delete(0, blank + 2);
            blank = unread.indexOf("\n\n");
        }
    }

    private static Frame frame(String text, long nanos) {
        String id = "";
        String event = "";
        StringBuilder data = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("id: ")) {
                id = line.substring("id: ".length());
            } else if (line.startsWith("event: ")) {
                event = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                data.append(line.substring("data: ".length()));
            }
        }
        return new Frame(id, event, data.toString(), nanos);
    }

    @Override
    public CompletionStage<EventStream> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        long now = System.nanoTime();
        for (ByteBuffer buffer : buffers) {
            received += buffer.remaining();
            if (received > MOST_BYTES) {
                close();
                pieces.add(new Piece(null, now));
                return;
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            pieces.add(new Piece(new String(bytes, StandardCharsets.ISO_8859_1), now));
        }
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Piece(null, System.nanoTime()));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece(null, System.nanoTime()));
    }

    @Override
    public void close() {
        Flow.Subscription open = subscription;
        if (open != null) {
            open.cancel();
        }
    }
}
