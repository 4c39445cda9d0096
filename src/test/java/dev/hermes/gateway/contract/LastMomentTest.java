package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RunningGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Clients that come while the gateway closes its door. */
class LastMomentTest {

    private static final int CLIENTS = 8;
    private static final int GATEWAYS = 5;
    private static final int ANSWERED_BEFORE = 100;
    private static final byte[] GET =
            "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * What one client saw: an answer; nothing where nobody is there, which a client that the kernel still accepts is told
     * by a reset; anything else would be half of an answer, none, or a hang.
     */
    private static String visit(int port) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
            socket.getOutputStream().write(GET);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.isEmpty() ? "closed without an answer" : answer;
        } catch (java.net.SocketTimeoutException hangs) {
            return "hangs";
        } catch (IOException nobodyThere) {
            return "";
        }
    }

    @Test
    void whoComesThenIsAnsweredOrFindsNobody() throws Exception {
        LogLines log = LogLines.capture();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try (log) {
            for (int round = 0; round < GATEWAYS; round++) {
                RunningGateway gateway = new RunningGateway.Settings().startWithoutRedis();
                int port = gateway.port();
                AtomicInteger answered = new AtomicInteger();
                List<Future<List<String>>> visits = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    visits.add(clients.submit(() -> visitUntilNobodyIsThere(port, answered)));
                }
                Awaitility.await().until(() -> answered.get() > ANSWERED_BEFORE);

                gateway.stopGateway();

                for (Future<List<String>> visit : visits) {
                    assertThat(visit.get(30, TimeUnit.SECONDS)).allSatisfy(answer -> {
                        assertThat(answer).startsWith("HTTP/1.1 ");
                        assertThat(answer).endsWith("}");
                    });
                }
                gateway.close();
            }
        } finally {
            clients.shutdownNow();
        }
        assertThat(log.warnings()).isEmpty();
    }

    private static List<String> visitUntilNobodyIsThere(int port, AtomicInteger answered) {
        List<String> answers = new ArrayList<>();
        String answer = visit(port);
        while (!answer.isEmpty()) {
            answers.add(answer);
            answered.incrementAndGet();
            answer = visit(port);
        }
        return answers;
    }
}
