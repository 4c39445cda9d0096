package dev.hermes.gateway.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;

/** A request whose answer nobody waits for. */
final class RawRequest {

    private final Socket socket;

    private RawRequest(Socket socket) {
        this.socket = socket;
    }

    static RawRequest send(int port, String path, String header) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            return new RawRequest(socket);
        } catch (IOException failure) {
            throw new AssertionError("not sent", failure);
        }
    }

    /** Cuts the connection with a reset. */
    void reset() {
        try {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        } catch (IOException failure) {
            throw new AssertionError("could not reset", failure);
        }
    }
}
