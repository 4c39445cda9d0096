package dev.hermes.gateway.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A producer of its own, on a plain socket, so that what it sends are exactly the bytes it was given. Pipelined: nothing is
 * waited for before {@link #sync()}.
 */
public final class RedisProducer implements AutoCloseable {

    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private int unanswered;

    public RedisProducer(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(20_000);
            out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException failure) {
            throw new AssertionError("no Redis on port " + port, failure);
        }
    }

    public RedisProducer publish(String channel, String message) {
        return send("PUBLISH", channel, message);
    }

    /** {@code {"type","data","timestamp"}} with that data as it stands. */
    public RedisProducer event(String channel, String type, String data) {
        return publish(
                channel,
                "{\"type\": \"" + type + "\", \"data\": " + data + ", \"timestamp\": \"2026-11-23T09:13:33+00:00\"}");
    }

    public RedisProducer send(String... words) {
        byte[][] bytes = new byte[words.length][];
        for (int index = 0; index < words.length; index++) {
            bytes[index] = words[index].getBytes(UTF_8);
        }
        return send(bytes);
    }

    public RedisProducer send(byte[]... words) {
        try {
            out.write(("*" + words.length + "\r\n").getBytes(UTF_8));
            for (byte[] word : words) {
                out.write(("$" + word.length + "\r\n").getBytes(UTF_8));
                out.write(word);
                out.write('\r');
                out.write('\n');
            }
            unanswered++;
            return this;
        } catch (IOException failure) {
            throw new AssertionError("not sent", failure);
        }
    }

    /** Waits until Redis has answered everything; fails on an error among the answers. Returns the last one. */
    public List<String> sync() {
        try {
            out.flush();
            List<String> last = List.of();
            for (; unanswered > 0; unanswered--) {
                last = answer();
            }
            return last;
        } catch (IOException failure) {
            throw new AssertionError("no answer", failure);
        }
    }

    /** The words of one answer, nested ones in a row. */
    private List<String> answer() throws IOException {
        String head = line();
        List<String> words = new ArrayList<>();
        String rest = head.substring(1);
        switch (head.charAt(0)) {
            case '+', ':' -> words.add(rest);
            case '$' -> {
                int length = Integer.parseInt(rest);
                if (length >= 0) {
                    words.add(new String(in.readNBytes(length), UTF_8));
                    line();
                }
            }
            case '*' -> {
                for (int left = Integer.parseInt(rest); left > 0; left--) {
                    words.addAll(answer());
                }
            }
            default -> throw new AssertionError("Redis answered " + head);
        }
        return words;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("ended");
            }
            line.write(next);
        }
        return line.toString(UTF_8).strip();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new AssertionError("could not close", failure);
        }
    }
}
