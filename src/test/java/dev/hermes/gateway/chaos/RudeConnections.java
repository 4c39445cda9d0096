package dev.hermes.gateway.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** Connections to one gateway that ask for nothing, never to the end, or for much of which they read nothing. */
record RudeConnections(List<Socket> sockets) implements AutoCloseable {

    private static final int EACH = 50;
    private static final String CREDENTIAL = "Authorization: Bearer " + Deployment.API_KEY + "\r\n";

    /** Each has 10 s for a head or 30 s for a body. */
    private static final List<String> HALF_HEADS = List.of("", "GET /api/v1/events/queue HTTP/1.1\r\nHost: loc");

    private static final List<String> OTHERS_WITHOUT_A_STREAM = List.of(
            "POST /api/v1/events/publish HTTP/1.1\r\nHost: localhost\r\n" + CREDENTIAL
                    + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
            "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /** A hundred kilobytes each, where it is not taken compressed: more than all memory, if each were answered. */
    private static final int FILES = 400;

    static RudeConnections withoutAStream(int port) {
        RudeConnections opened = new RudeConnections(new ArrayList<>());
        opened.add(port, HALF_HEADS);
        opened.add(port, OTHERS_WITHOUT_A_STREAM);
        return opened;
    }

    /** @param oldest the id from which on polls ask for pages */
    static RudeConnections unread(int port, String oldest) {
        RudeConnections opened = new RudeConnections(new ArrayList<>());
        opened.add(
                port,
                List.of(
                        "GET /hermes-events.js.map HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(FILES),
                        "GET /api/v1/events/poll?limit=1000&after=" + oldest + " HTTP/1.1\r\nHost: localhost\r\n"
                                + CREDENTIAL + "\r\n"));
        return opened;
    }

    private void add(int port, List<String> beginnings) {
        for (int round = 0; round < EACH; round++) {
            beginnings.forEach(beginning -> add(port, beginning));
        }
    }

    private void add(int port, String beginning) {
        Socket socket = new Socket();
        sockets.add(socket);
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 3_000);
            socket.getOutputStream().write(beginning.getBytes(US_ASCII));
        } catch (IOException gone) {
            // Another fault may have hit the gateway at the same time.
        }
    }

    /** How many of those with half a head the gateway leaves open for longer than this. */
    long halfHeadsOpenAfter(int patienceMillis) {
        long end = System.nanoTime() + patienceMillis * 1_000_000L;
        return sockets.stream()
                .limit((long) EACH * HALF_HEADS.size())
                .filter(socket -> isOpenAt(end, socket))
                .count();
    }

    private static boolean isOpenAt(long end, Socket socket) {
        try {
            socket.setSoTimeout((int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException open) {
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    @Override
    public void close() {
        sockets.forEach(Wire::close);
    }
}
