package dev.hermes.gateway.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Publishes over one connection at a steady rate, without waiting for answers. */
final class Publisher implements AutoCloseable {

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int MOST_KEYS = 20_000;

    private final SocketChannel channel;
    private final Envelope envelope;
    private final EventData data;
    private final String padding;
    private final ByteBuffer answers = ByteBuffer.allocateDirect(64 * 1_024);
    private long latest;
    private volatile boolean ended;

    Publisher(int port, Envelope envelope, EventData data) {
        this.envelope = envelope;
        this.data = data;
        this.padding = data.padding();
        try {
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Publishes that many, evenly over the time it takes, on the thread that calls. */
    Published publish(long events, double perSecond) {
        Published published = new Published(MOST_KEYS);
        long start = System.nanoTime();
        try {
            while (published.count() < events && !ended) {
                double seconds = (System.nanoTime() - start) / 1e9;
                long due = Math.min(events, (long) (seconds * perSecond) + 1);
                Pause.goOn();
                ByteArrayOutputStream batch = new ByteArrayOutputStream();
                while (published.count() < due) {
                    int key = data.keys().applyAsInt(published.count());
                    batch.writeBytes(envelope.around(key, text(key, published.count())));
                    published.add(key);
                }
                write(ByteBuffer.wrap(batch.toByteArray()));
                drain();
                // The pace itself: there is nothing to await but time.
                long next = (long) (published.count() / perSecond * 1e9);
                LockSupport.parkNanos(Math.max(STEP_NANOS, start + next - System.nanoTime()));
            }
            return published;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Publishes on a thread of its own until {@link #end}. */
    CompletableFuture<Published> start(double perSecond) {
        CompletableFuture<Published> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        done.complete(publish(Long.MAX_VALUE, perSecond));
                    } catch (RuntimeException failure) {
                        done.completeExceptionally(failure);
                    }
                },
                "publisher");
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    void end() {
        ended = true;
    }

    private String text(int key, int number) {
        // Each later than the one before, so that a listener can tell a repeated one.
        latest = Math.max(latest + 1, BenchClock.now());
        return "{\"download_id\": \"" + data.prefix() + key + "\", \"status\": \"downloading\", \"t\":" + latest
                + ", \"seq\": " + number + ", \"pad\": \"" + padding + "\"}";
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                drain();
                LockSupport.parkNanos(STEP_NANOS / 10);
            }
        }
    }

    private void drain() throws IOException {
        int read;
        do {
            answers.clear();
            read = channel.read(answers);
        } while (read > 0);
        if (read < 0) {
            throw new IOException("the server ends the publisher's connection");
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException alreadyClosed) {
            // Then it is.
        }
    }
}
