package dev.hermes.gateway.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Redis' protocol, as far as commands and their answers need it. */
final class Resp {

    private Resp() {}

    static byte[] command(byte[]... words) {
        ByteArrayOutputStream command = new ByteArrayOutputStream();
        command.writeBytes(("*" + words.length + "\r\n").getBytes(UTF_8));
        for (byte[] word : words) {
            command.writeBytes(("$" + word.length + "\r\n").getBytes(UTF_8));
            command.writeBytes(word);
            command.writeBytes("\r\n".getBytes(UTF_8));
        }
        return command.toByteArray();
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** The words of a command. */
    static List<String> words(byte[] command) throws IOException {
        InputStream in = new ByteArrayInputStream(command);
        int count = Integer.parseInt(line(in).substring(1));
        List<String> words = new ArrayList<>();
        for (int left = count; left > 0; left--) {
            words.add(new String(in.readNBytes(Integer.parseInt(line(in).substring(1))), UTF_8));
            line(in);
        }
        return words;
    }

    /** Passes over the answer to a command of ours, none of which is answered with a list; returns its first line. */
    static String answer(InputStream in) throws IOException {
        String head = line(in);
        if (head.startsWith("$") && !head.equals("$-1")) {
            in.skipNBytes(Integer.parseInt(head.substring(1)) + 2L);
        }
        return head;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            line.append((char) next);
        }
        return line.substring(0, line.length() - 1);
    }
}
