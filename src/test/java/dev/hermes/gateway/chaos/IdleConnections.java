package dev.hermes.gateway.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Connections to one gateway that ask for nothing, or never to the end. */
record IdleConnections(List<Socket> sockets) implements AutoCloseable {

    private static final int EACH = 50;
    private static final List<String> BEGINNINGS = List.of(
            "",
            "GET /api/v1/events/queue HTTP/1.1\r\nHost: loc",
            "POST /api/v1/events/publish HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + Deployment.API_KEY
                    + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
            "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");

    static IdleConnections open(int port) {
        IdleConnections opened = new IdleConnections(new ArrayList<>());
        for (int round = 0; round < EACH; round++) {
            for (String beginning : BEGINNINGS) {
                opened.add(port, beginning);
            }
        }
        return opened;
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

    @Override
    public void close() {
        sockets.forEach(Wire::close);
    }
}
