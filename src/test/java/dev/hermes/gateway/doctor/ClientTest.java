package dev.hermes.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever answers, the doctor ends, with one sentence without the key. */
@Timeout(30)
class ClientTest {

    private static final String KEY = "the-secret-key";
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private static void gatewayAt(HostileServer.Answer answer, String said) throws IOException {
        try (HostileServer server = new HostileServer(answer)) {
            Trust trust = Trust.with(null);
            AddressProbe probe = new AddressProbe(new Client(server.address(), KEY, trust.context()), trust);

            assertThatThrownBy(probe::gateway)
                    .isInstanceOf(Client.Failure.class)
                    .hasMessageContaining(server.address().toString())
                    .hasMessageContaining(said)
                    .hasMessageNotContaining(KEY);
        }
    }

    @Test
    void silence() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        try {
            gatewayAt(client -> await(never), "gives no answer within 5 s");
        } finally {
            never.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aBodyOfTenGigabytes() throws IOException {
        gatewayAt(
                client -> {
                    HostileServer.write(client, HEAD + "Content-Length: 10737418240\r\n\r\n");
                    while (true) {
                        HostileServer.write(client, "x".repeat(65_536));
                    }
                },
                "is no gateway");
    }

    @Test
    void aBodyThatNeverEnds() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        try {
            gatewayAt(
                    client -> {
                        HostileServer.write(client, HEAD + "Content-Length: 1000\r\n\r\n{");
                        await(never);
                    },
                    "gives no answer within 5 s");
        } finally {
            never.countDown();
        }
    }

    @Test
    void redirectsWithoutEnd() throws IOException {
        gatewayAt(
                client -> HostileServer.write(
                        client,
                        "HTTP/1.1 302 Found\r\nLocation: /api/v1/events/health?again=" + KEY
                                + "\r\nContent-Length: 0\r\n\r\n"),
                "redirects to /api/v1/events/health?again=…");
    }

    @Test
    void anotherProtocol() throws IOException {
        gatewayAt(client -> HostileServer.write(client, "SSH-2.0-OpenSSH\r\n"), "no gateway is there");
    }

    @Test
    void htmlOfSomebodyElse() throws IOException {
        gatewayAt(
                client -> HostileServer.write(
                        client,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: " + KEY
                                + "\r\nContent-Length: 6\r\n\r\n<html>"),
                "is no gateway: GET /api/v1/events/health is answered 200 text/html …");
    }

    @Test
    void aProxyWithoutAGateway() throws IOException {
        gatewayAt(
                client -> HostileServer.write(client, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"),
                "answers 502: a proxy is there, but no gateway behind it answers");
    }

    /** A character and a frame may come in two pieces. */
    @Test
    void aStreamIsReadHoweverItIsCut() throws IOException {
        try (HostileServer server = new HostileServer(client -> {
            HostileServer.write(client, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
            HostileServer.write(client, "retry: 1\nid: 7-0\nevent: conn");
            HostileServer.write(client, "ected\ndata: {\"a\":\"\u00c3");
            HostileServer.write(client, "\u00a9\"}\n\nevent: heartbeat\ndata: {}\n\n");
        })) {
            Client client = new Client(server.address(), KEY, Trust.with(null).context());
            try (EventStream stream = client.stream(client.events("/queue"), Duration.ofSeconds(5))) {
                EventStream.Frame first = Objects.requireNonNull(stream.next(Duration.ofSeconds(5)));
                assertThat(first.id()).isEqualTo("7-0");
                assertThat(first.event()).isEqualTo("connected");
                assertThat(first.json().getString("a")).isEqualTo("é");
                assertThat(stream.next("heartbeat", Duration.ofSeconds(5))).isNotNull();
            }
        }
    }
}
