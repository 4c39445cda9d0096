package dev.hermes.gateway.doctor;

import dev.hermes.gateway.fixture.Background;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers each connection in its own way, whatever is asked. */
final class HostileServer implements AutoCloseable {

    /** What it does with a connection; may go on until that is closed. */
    @FunctionalInterface
    interface Answer {
        void to(OutputStream client) throws IOException;
    }

    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    HostileServer(Answer answer) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Background.run("hostile-server", () -> {
            while (!server.isClosed()) {
                accept(answer);
            }
        });
    }

    private void accept(Answer answer) {
        try {
            Socket socket = server.accept();
            sockets.add(socket);
            Background.run("hostile-answer", () -> {
                try {
                    answer.to(socket.getOutputStream());
                } catch (IOException gone) {
                    // The client has had enough.
                }
            });
        } catch (IOException closed) {
            // The end.
        }
    }

    static void write(OutputStream client, String text) throws IOException {
        client.write(text.getBytes(StandardCharsets.ISO_8859_1));
        client.flush();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
