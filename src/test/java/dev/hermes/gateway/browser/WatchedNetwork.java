package dev.hermes.gateway.browser;

import dev.hermes.gateway.fixture.Network;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What is between browsers and a gateway: counts what goes through, and can hold back streams as a proxy that buffers. */
final class WatchedNetwork implements AutoCloseable {

    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final Network network;
    private volatile boolean buffering;

    WatchedNetwork(int target) {
        network = new Network(target, Connection::new);
    }

    int port() {
        return network.port();
    }

    /** The request lines of all that went through. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** All that went through, either way. */
    long bytes() {
        return bytes.get();
    }

    /** From now on nothing of a stream arrives until it ends; other answers do. */
    void buffer(boolean on) {
        buffering = on;
    }

    /** Resets every connection there is; new ones are relayed as before. */
    void cut() {
        network.cut();
    }

    @Override
    public void close() {
        network.close();
    }

    private final class Connection implements Network.Watch {

        private volatile boolean stream;

        /** A request of these tests comes in one piece. */
        @Override
        public boolean toServer(byte[] part, int length) {
            bytes.addAndGet(length);
            String line = new String(part, 0, length, StandardCharsets.ISO_8859_1)
                    .lines()
                    .findFirst()
                    .orElse("");
            requests.add(line);
            stream = line.contains("/events/stream") || line.contains("/events/downloads");
            return true;
        }

        @Override
        public boolean toClient(byte[] part, int length) {
            bytes.addAndGet(length);
            return !(stream && buffering);
        }
    }
}
