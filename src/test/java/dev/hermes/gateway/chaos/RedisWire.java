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
final class RedisWire implements AutoCloseable {

    /** An answer: a number, a text (lists as one, a word a line), or an error. */
    record Answer(boolean error, String text) {}

    private final Socket socket = new Socket();
    private final InputStream in;

    RedisWire(int port, int patienceMillis) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), patienceMillis);
        socket.setSoTimeout(patienceMillis);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    Answer ask(String... words) throws IOException {
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
        switch (head.charAt(0)) {
            case '-':
                return new Answer(true, rest);
            case '$':
                String bulk = new String(in.readNBytes(Math.max(0, Integer.parseInt(rest))), UTF_8);
                Wire.line(in);
                return new Answer(false, bulk);
            case '*':
                StringBuilder list = new StringBuilder();
                for (int left = Integer.parseInt(rest); left > 0; left--) {
                    list.append(answer().text()).append('\n');
                }
                return new Answer(false, list.toString());
            default:
                return new Answer(false, rest);
        }
    }

    @Override
    public void close() {
        Wire.close(socket);
    }
}
