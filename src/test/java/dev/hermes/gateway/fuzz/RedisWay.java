package dev.hermes.gateway.fuzz;

import dev.hermes.gateway.fixture.Resp;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands to the gateway's Redis. What one of them stores for the gateway (a token, where a download stands) is asked for at
 * once, so that the gateway reads it.
 */
final class RedisWay implements Way {

    static final String TOKEN = "sse:token:";
    static final String DOWNLOAD = "download:";
    static final String PROGRESS = ":progress";

    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final RequestWay requests;

    RedisWay(int redisPort, int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), redisPort), PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        requests = new RequestWay(port);
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public int send(List<byte[]> inputs, List<Finding> findings) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        inputs.forEach(all::writeBytes);
        all.writeTo(socket.getOutputStream());
        for (byte[] input : inputs) {
            Resp.Answer answer = Resp.answer(in);
            if (answer.error()) {
                findings.add(new Finding(input, "the test's own fault: " + answer.text()));
            }
        }
        for (byte[] input : inputs) {
            ask(input, findings);
        }
        return inputs.size();
    }

    private void ask(byte[] command, List<Finding> findings) throws IOException {
        List<String> words = Resp.words(command);
        if (!words.get(0).equals("SET")) {
            return;
        }
        String key = words.get(1);
        String path = key.startsWith(TOKEN)
                ? "queue?token=" + key.substring(TOKEN.length())
                : "downloads/" + key.substring(DOWNLOAD.length(), key.length() - PROGRESS.length());
        String request = "GET /api/v1/events/" + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + (key.startsWith(TOKEN) ? "" : Requests.KEY) + "\r\n";
        List<Finding> asked = new ArrayList<>();
        requests.send(List.of(request.getBytes(StandardCharsets.US_ASCII)), asked);
        asked.forEach(finding -> findings.add(new Finding(command, finding.what())));
    }

    @Override
    public void close() throws IOException {
        requests.close();
        socket.close();
    }
}
