package dev.hermes.gateway.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A connection to Redis of somebody's own, one command at a time. One thread. */
public final class RedisWire implements AutoCloseable {

    /** An answer: a number, a text (lists as one, a word a line), or an error. */
    public record Answer(boolean error, String text) {}

    private final Socket socket = new Socket();
    private final InputStream in;

    public RedisWire(int port, int patienceMillis) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), patienceMillis);
        socket.setSoTimeout(patienceMillis);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    public Answer ask(String... words) throws IOException {
        ByteArrayOutputStream command = new ByteArrayOutputStream();
        command.writeBytes(("*" + words.length + "\r\n").getBytes(UTF_8));
        for (String word : words) {
            byte[] bytes = word.getBytes(UTF_8);
            command.writeBytes(("$" + bytes.length + "\r\n").getBytes(UTF_8));
            command.writeBytes(bytes);
            command.writeBytes("\r\n".getBytes(UTF_8));
        }
        command.writeTo(socket.getOutputStream());
        return answer();
    }

    private Answer answer() throws IOException {
        String head = Wire.line(in);
        String rest = head.substring(1);
        return switch (head.charAt(0)) {
            case '-' -> new Answer(true, rest);
            case '$' -> new Answer(false, bulk(Integer.parseInt(rest)));
            case '*' -> new Answer(false, list(Integer.parseInt(rest)));
            default -> new Answer(false, rest);
        };
    }

    private String bulk(int length) throws IOException {
        if (length < 0) {
            return "";
        }
        String text = new String(in.readNBytes(length), UTF_8);
        Wire.line(in);
        return text;
    }

    private String list(int length) throws IOException {
        StringBuilder list = new StringBuilder();
        for (int left = length; left > 0; left--) {
            list.append(answer().text()).append('\n');
        }
        return list.toString();
    }

    @Override
    public void close() {
        Wire.close(socket);
    }
}
