package dev.hermes.gateway.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;

/** Whole connections of bytes that need not be HTTP, several at a time; what comes back is judged as far as it has come. */
final class BytesWay implements Way {

    /** From the last byte sent to the last one waited for: what is half a request is never answered. */
    private static final long WAIT_NANOS = 400_000_000;

    private static final int CONNECT_MILLIS = 60_000;
    private static final int MOST_BYTES = 1 << 20;

    /** Says what is wrong with what came back. */
    @FunctionalInterface
    interface Judge {
        /** Returns how many of the inputs in these bytes the gateway took in. */
        int judge(byte[] sent, byte[] came, List<String> faults);
    }

    private final String name;
    private final int port;
    private final Judge judge;

    BytesWay(String name, int port, Judge judge) {
        this.name = name;
        this.port = port;
        this.judge = judge;
    }

    static BytesWay http1(int port) {
        return new BytesWay("http1", port, Http1Judge::judge);
    }

    static BytesWay http2(int port) {
        return new BytesWay("http2", port, Http2Judge::judge);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int send(List<byte[]> inputs, List<Finding> findings) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (byte[] input : inputs) {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            sockets.add(socket);
            try {
                socket.getOutputStream().write(input);
            } catch (SocketException cutOff) {
                // The gateway has seen enough; its answer can be read all the same.
            }
        }
        long deadline = System.nanoTime() + WAIT_NANOS;
        int took = 0;
        for (int index = 0; index < sockets.size(); index++) {
            byte[] input = inputs.get(index);
            byte[] came = read(sockets.get(index), deadline);
            List<String> faults = new ArrayList<>();
            took += judge.judge(input, came, faults);
            faults.forEach(fault -> findings.add(new Finding(input, fault)));
        }
        return took;
    }

    private static byte[] read(Socket socket, long deadline) throws IOException {
        ByteArrayOutputStream came = new ByteArrayOutputStream();
        byte[] part = new byte[16_384];
        try (socket) {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            for (int read = 0; read >= 0 && came.size() < MOST_BYTES; ) {
                came.write(part, 0, read);
                socket.setSoTimeout(Math.max(1, (int) ((deadline - System.nanoTime()) / 1_000_000)));
                read = socket.getInputStream().read(part);
            }
        } catch (SocketTimeoutException | SocketException end) {
            // As far as it has come.
        }
        return came.toByteArray();
    }

    @Override
    public void close() {}
}
