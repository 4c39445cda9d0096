package dev.hermes.gateway.endtoend;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A network before a server, the gateway or Redis, that can break. Broken and mended by one thread. */
final class CuttableRelay implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** Read by whoever hands bytes on; written while nothing gets through. */
    private final ReentrantReadWriteLock way = new ReentrantReadWriteLock();

    private volatile boolean refusing;

    CuttableRelay(int target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        background("relay-accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Resets every connection there is; new ones are relayed as before. */
    void cut() {
        List<Socket> there = List.copyOf(sockets);
        sockets.removeAll(there);
        there.forEach(CuttableRelay::reset);
    }

    /** Resets every connection there is, and every one that is tried from now on. */
    void refuse() {
        refusing = true;
        cut();
    }

    /** Relays new connections again, after {@link #refuse}. */
    void admit() {
        refusing = false;
    }

    /** Swallows everything, without a word to either side. */
    void hold() {
        way.writeLock().lock();
    }

    /** Hands on what was held up. */
    void release() {
        way.writeLock().unlock();
    }

    private static void reset(Socket socket) {
        try {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        } catch (IOException alreadyClosed) {
            // Then there is nothing left to cut.
        }
    }

    @Override
    public void close() {
        if (way.isWriteLockedByCurrentThread()) {
            release();
        }
        try {
            server.close();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        cut();
    }

    private void accept() {
        while (true) {
            try {
                relay(server.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void relay(Socket client) {
        try {
            if (refusing) {
                reset(client);
                return;
            }
            Socket there = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(client);
            sockets.add(there);
            background("relay-up", () -> pump(client, there));
            background("relay-down", () -> pump(there, client));
        } catch (IOException nobodyThere) {
            reset(client);
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] some = new byte[1 << 16];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                way.readLock().lock();
                try {
                    out.write(some, 0, read);
                } finally {
                    way.readLock().unlock();
                }
            }
        } catch (IOException ended) {
            // By one side or by the cut; try-with-resources has told the other.
        }
    }

    private static void background(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
