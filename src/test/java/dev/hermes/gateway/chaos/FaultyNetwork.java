package dev.hermes.gateway.chaos;

import dev.hermes.gateway.fixture.Background;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A network in front of servers: relays connections until they are reset, or held back. Where there are several servers, it
 * takes any of them, and the next one where a server does not take the connection. Any thread.
 */
final class FaultyNetwork implements AutoCloseable {

    private static final int BACKLOG = 500;
    private static final int CONNECT_MILLIS = 5_000;

    private volatile ServerSocket server;
    private final List<Integer> targets;
    private final AtomicInteger turn = new AtomicInteger();
    private final int receiveBuffer;
    private final Set<Relayed> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean silent;

    /**
     * @param receiveBuffer how many bytes from the server the network itself holds for each connection, about
     */
    FaultyNetwork(List<Integer> targets, int receiveBuffer) {
        this.targets = List.copyOf(targets);
        this.receiveBuffer = receiveBuffer;
        this.server = listen(FreePorts.next(), InetAddress.getLoopbackAddress());
    }

    private ServerSocket listen(int port, InetAddress address) {
        try {
            ServerSocket listening = new ServerSocket(port, BACKLOG, address);
            Background.run("network-accept", () -> accept(listening));
            return listening;
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Takes connections at the same port of another address, and none at the present one any more. One thread. */
    void moveTo(String address) {
        int port = port();
        close(server);
        try {
            server = listen(port, InetAddress.getByName(address));
        } catch (UnknownHostException failure) {
            throw new AssertionError(failure);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** Resets so many of the connections; new ones are relayed as before. */
    void cut(double share, Random random) {
        choose(share, random).forEach(Relayed::reset);
    }

    /** Keeps back, in both directions, what so many of the connections carry, until {@link #release()}. */
    void hold(double share, Random random) {
        choose(share, random).forEach(Relayed::hold);
    }

    /** Carries nothing any more, for new connections either, until {@link #release()}. */
    void silence() {
        silent = true;
        connections.forEach(Relayed::hold);
    }

    /** All that was kept back goes on. */
    void release() {
        silent = false;
        connections.forEach(Relayed::release);
    }

    private Set<Relayed> choose(double share, Random random) {
        Predicate<Relayed> chosen = any -> random.nextDouble() < share;
        Set<Relayed> some = ConcurrentHashMap.newKeySet();
        connections.stream().filter(chosen).forEach(some::add);
        return some;
    }

    @Override
    public void close() {
        close(server);
        connections.forEach(Relayed::reset);
    }

    private static void close(ServerSocket listening) {
        try {
            listening.close();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Background.run("network-connect", () -> relay(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private @Nullable Socket connect() {
        int first = turn.getAndIncrement();
        for (int attempt = 0; attempt < targets.size(); attempt++) {
            int target = targets.get(Math.floorMod(first + attempt, targets.size()));
            Socket upstream = new Socket();
            try {
                upstream.setReceiveBufferSize(receiveBuffer);
                upstream.setTcpNoDelay(true);
                upstream.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MILLIS);
                return upstream;
            } catch (IOException nobodyThere) {
                Wire.close(upstream);
            }
        }
        return null;
    }

    private void relay(Socket client) {
        Socket upstream = connect();
        if (upstream == null) {
            Network.reset(client);
            return;
        }
        Relayed relayed = new Relayed(client, upstream);
        connections.add(relayed);
        if (silent) {
            relayed.hold();
        }
        Background.run("network-up", () -> relayed.pump(client, upstream));
        relayed.pump(upstream, client);
        connections.remove(relayed);
    }

    /** One connection. */
    private static final class Relayed {

        private static final int PIECE = 8_192;

        private final Socket client;
        private final Socket upstream;
        private boolean held;

        Relayed(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        synchronized void hold() {
            held = true;
        }

        synchronized void release() {
            held = false;
            notifyAll();
        }

        private synchronized void awaitPassage() throws InterruptedException {
            while (held) {
                wait();
            }
        }

        void reset() {
            Network.reset(client);
            Network.reset(upstream);
            release();
        }

        /** An end is handed on as it came: a reset as a reset, an orderly end as one. */
        void pump(Socket from, Socket to) {
            byte[] piece = new byte[PIECE];
            try {
                for (int read = from.getInputStream().read(piece);
                        read >= 0;
                        read = from.getInputStream().read(piece)) {
                    awaitPassage();
                    to.getOutputStream().write(piece, 0, read);
                }
                awaitPassage();
                client.close();
                upstream.close();
            } catch (IOException broken) {
                reset();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                reset();
            }
        }
    }
}
