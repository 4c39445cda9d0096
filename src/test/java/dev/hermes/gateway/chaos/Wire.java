package dev.hermes.gateway.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Plain sockets, as close to bytes as a test of broken networks has to be. */
public final class Wire {

    private static final int PATIENCE_MILLIS = 3_000;

    /**
     * An answer of HTTP.
     *
     * @param status 0 if none came
     */
    public record Answer(int status, String body) {
        static final Answer NONE = new Answer(0, "");
    }

    /**
     * Where gateways are reached.
     *
     * @param secure what speaks TLS there; null where plain HTTP is spoken
     * @param patienceMillis for a connection, and for an answer that is no stream
     */
    record Server(int port, @Nullable SSLSocketFactory secure, int patienceMillis) {

        static Server plain(int port) {
            return new Server(port, null, PATIENCE_MILLIS);
        }

        /** Connects; what it then returns is to be talked over, and ends when either is closed. */
        Socket over(Socket fresh) throws IOException {
            fresh.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), patienceMillis);
            return secure == null ? fresh : secure.createSocket(fresh, "localhost", port, true);
        }
    }

    private Wire() {}

    /** A line ended by LF or CRLF. */
    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("ended");
            }
            bytes.write(next);
        }
        String line = bytes.toString(UTF_8);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyClosed) {
            // Then it is.
        }
    }

    /** Sends one request over a connection of its own, once. */
    public static Answer exchange(int port, String method, String path, String credential, String body) {
        return exchange(Server.plain(port), method, path, credential, body);
    }

    static Answer exchange(Server server, String method, String path, String credential, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        String request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + (credential.isEmpty() ? "" : "Authorization: Bearer " + credential + "\r\n")
                + (body.isEmpty() ? "" : "Content-Type: application/json\r\n")
                + "Content-Length: " + bytes.length + "\r\n\r\n" + body;
        try (Socket fresh = new Socket()) {
            fresh.setSoTimeout(server.patienceMillis());
            Socket socket = server.over(fresh);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            InputStream in = new BufferedInputStream(socket.getInputStream());
            int status = Integer.parseInt(line(in).split(" ", 3)[1]);
            int length = 0;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(
                            header.substring(header.indexOf(':') + 1).strip());
                }
            }
            return new Answer(status, new String(in.readNBytes(length), UTF_8));
        } catch (IOException none) {
            return Answer.NONE;
        }
    }
}
