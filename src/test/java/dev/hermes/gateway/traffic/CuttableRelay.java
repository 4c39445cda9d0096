package dev.hermes.gateway.traffic;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A network between a client and the gateway that can break. */
final class CuttableRelay implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

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
            try {
                Socket client = server.accept();
                Socket gateway = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(client);
                sockets.add(gateway);
                background("relay-up", () -> pump(client, gateway));
                background("relay-down", () -> pump(gateway, client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
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
