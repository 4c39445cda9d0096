package dev.hermes.gateway.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** What is between browsers and a gateway: it can cut connections, and hold back streams as a proxy does that buffers. */
final class Network implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean buffering;

    Network(int target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        background("network-accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
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
        List<Socket> there = List.copyOf(sockets);
        sockets.removeAll(there);
        for (Socket socket : there) {
            try {
                socket.setOption(StandardSocketOptions.SO_LINGER, 0);
                socket.close();
            } catch (IOException alreadyClosed) {
                // Then there is nothing left to cut.
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        cut();
    }

    private void accept() {
        while (true) {
            Socket client;
            try {
                client = server.accept();
            } catch (IOException closed) {
                return;
            }
            try {
                Socket gateway = new Socket(InetAddress.getLoopbackAddress(), target);
                Connection connection = new Connection();
                sockets.add(client);
                sockets.add(gateway);
                background("network-up", () -> pump(client, gateway, connection::request));
                background("network-down", () -> pump(gateway, client, connection::answer));
            } catch (IOException nobodyThere) {
                close(client);
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Looks at what goes through, and says whether it may. */
    private interface Look {
        boolean passes(byte[] bytes, int length);
    }

    private final class Connection {

        private volatile boolean stream;

        /** A request of these tests comes in one piece. */
        boolean request(byte[] part, int length) {
            bytes.addAndGet(length);
            String line = new String(part, 0, length, StandardCharsets.ISO_8859_1)
                    .lines()
                    .findFirst()
                    .orElse("");
            requests.add(line);
            stream = line.contains("/events/stream") || line.contains("/events/downloads");
            return true;
        }

        boolean answer(byte[] part, int length) {
            bytes.addAndGet(length);
            return !(stream && buffering);
        }
    }

    private static void pump(Socket from, Socket to, Look look) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] part = new byte[8_192];
            for (int read = in.read(part); read >= 0; read = in.read(part)) {
                if (look.passes(part, read)) {
                    out.write(part, 0, read);
                }
            }
        } catch (IOException ended) {
            // By one side or by a cut; try-with-resources has told the other.
        }
    }

    private static void background(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
