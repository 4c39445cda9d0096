package dev.hermes.gateway.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1 requests that are framed as they must be: each is answered, whatever it asks for. Pipelined; what stands behind a
 * request that ended its connection, or opened a stream, is sent again over the next.
 */
final class RequestWay implements Way {

    /** A poll may wait for thirty seconds. */
    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private @Nullable Socket socket;
    private @Nullable AnswerReader answers;
    private boolean used;

    RequestWay(int port) {
        this.port = port;
    }

    @Override
    public String name() {
        return "request";
    }

    @Override
    public int send(List<byte[]> inputs, List<Finding> findings) throws IOException {
        int done = 0;
        while (done < inputs.size()) {
            done += pipeline(inputs.subList(done, inputs.size()), findings);
        }
        return done;
    }

    /** How many were answered before the connection ended, or all. */
    private int pipeline(List<byte[]> inputs, List<Finding> findings) throws IOException {
        AnswerReader reader = connected();
        boolean fresh = !used;
        used = true;
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            inputs.forEach(all::writeBytes);
            all.writeTo(opened().getOutputStream());
        } catch (SocketException closedEarly) {
            // What was answered before that can be read all the same.
        }
        for (int index = 0; index < inputs.size(); index++) {
            byte[] input = inputs.get(index);
            try {
                AnswerReader.Answer answer = reader.next(input[0] == 'H');
                String fault = AnswerJudge.fault(answer);
                if (fault != null) {
                    findings.add(new Finding(input, fault));
                }
                if (answer.last()) {
                    close();
                    return index + 1;
                }
            } catch (EOFException | SocketException ended) {
                close();
                if (index > 0 || !fresh) {
                    return index;
                }
                if (inputs.size() > 1) {
                    // A reset for what stood behind it may have taken its answer along.
                    return pipeline(inputs.subList(0, 1), findings);
                }
                findings.add(new Finding(input, "closed without an answer"));
                return 1;
            } catch (SocketTimeoutException silence) {
                close();
                findings.add(new Finding(input, "no answer"));
                return index + 1;
            } catch (AnswerReader.Malformed malformed) {
                close();
                findings.add(new Finding(input, String.valueOf(malformed.getMessage())));
                return index + 1;
            }
        }
        return inputs.size();
    }

    private Socket opened() {
        Socket now = socket;
        if (now == null) {
            throw new IllegalStateException("not connected");
        }
        return now;
    }

    private AnswerReader connected() throws IOException {
        AnswerReader now = answers;
        if (now == null) {
            Socket opening = new Socket();
            opening.setTcpNoDelay(true);
            opening.setSoTimeout(PATIENCE_MILLIS);
            opening.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket = opening;
            used = false;
            now = new AnswerReader(new BufferedInputStream(opening.getInputStream()));
            answers = now;
        }
        return now;
    }

    /** With a reset, so that tens of thousands of connections do not linger. */
    @Override
    public void close() throws IOException {
        Socket open = socket;
        socket = null;
        answers = null;
        if (open != null) {
            open.setOption(StandardSocketOptions.SO_LINGER, 0);
            open.close();
        }
    }
}
