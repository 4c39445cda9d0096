package dev.hermes.gateway.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** One connection to one node, without any client between, so that nothing is followed, retried or hidden. */
final class Wire implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 2_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    Wire(int port) throws IOException {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    /** One command on a connection of its own; what is wrong with it fails the test. */
    static List<String> ask(int port, String... words) {
        try (Wire wire = new Wire(port)) {
            return wire.send(words);
        } catch (IOException failure) {
            throw new AssertionError(String.join(" ", words) + " on port " + port, failure);
        }
    }

    /** As {@link #ask} for an answer of one word. */
    static String one(int port, String... words) {
        List<String> answer = ask(port, words);
        return answer.isEmpty() ? "" : answer.get(0);
    }

    /**
     * The words of the answer, nested ones in a row.
     *
     * @throws IOException if there is none within two seconds, or it is an error
     */
    List<String> send(String... words) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(("*" + words.length + "\r\n").getBytes(UTF_8));
        for (String word : words) {
            byte[] bytes = word.getBytes(UTF_8);
            request.write(("$" + bytes.length + "\r\n").getBytes(UTF_8));
            request.write(bytes);
            request.write("\r\n".getBytes(UTF_8));
        }
        socket.getOutputStream().write(request.toByteArray());
        List<String> answer = new ArrayList<>();
        read(answer);
        return answer;
    }

    private void read(List<String> words) throws IOException {
        String head = line();
        String rest = head.substring(1);
        switch (head.charAt(0)) {
            case '+', ':' -> words.add(rest);
            case '$' -> {
                int length = Integer.parseInt(rest);
                words.add(length < 0 ? "" : new String(in.readNBytes(length), UTF_8));
                if (length >= 0) {
                    line();
                }
            }
            case '*' -> {
                for (int left = Integer.parseInt(rest); left > 0; left--) {
                    read(words);
                }
            }
            default -> throw new IOException("Redis answered " + head);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the connection ended");
            }
            line.write(next);
        }
        return line.toString(UTF_8).strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
