package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.event.Publication;
import dev.hermes.gateway.fixture.Certificates;
import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate is renewed while the gateway serves: its files change, as an issuer or Kubernetes changes them. */
class CertificateSwapTest {

    @TempDir
    Path folder;

    private Certificates certificates;
    private Path current;
    private RunningGateway gateway;
    private LogLines lines;

    @BeforeEach
    void serveTheFirst() throws IOException {
        OutsideProcess.require(Certificates.OPENSSL);
        certificates = new Certificates(folder);
        current = Files.createSymbolicLink(folder.resolve("current"), version("first"));
        lines = LogLines.capture();
        gateway = RunningGateway.with(
                        "HERMES_TLS_CERTIFICATE", current.resolve("tls.crt").toString())
                .with("HERMES_TLS_KEY", current.resolve("tls.key").toString())
                .startWithoutRedis();
    }

    @AfterEach
    void close() {
        gateway.close();
        lines.close();
    }

    @Test
    void newConnectionsGetTheNewOneAndOpenStreamsStay() throws Exception {
        try (SseConnection stream = openStream()) {
            stream.next("connected");
            assertThat(served("h2")).isEqualTo("CN=first");

            swap(version("second"));

            await().until(() -> served("http/1.1").equals("CN=second"));
            assertThat(served("h2")).isEqualTo("CN=second");
            publish("after the swap");
            assertThat(stream.nextEvent().data()).contains("after the swap");
        }
    }

    @Test
    void theOldOneIsServedWhileTheNewPairIsNone() throws Exception {
        Path bad = version("bad");
        Files.copy(version("other").resolve("tls.key"), bad.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);

        swap(bad);

        await().until(() -> lines.all().stream()
                .anyMatch(line -> line.contains("certificate cannot be used, the old one is served")
                        && line.contains("HERMES_TLS_KEY")));
        assertThat(served("h2")).isEqualTo("CN=first");

        swap(version("third"));
        await().until(() -> served("h2").equals("CN=third"));
    }

    private Path version(String name) throws IOException {
        Certificates.Pair pair = certificates.signed(name, 30);
        Path version = Files.createDirectory(folder.resolve("version-" + name));
        Files.copy(pair.chain(), version.resolve("tls.crt"));
        Files.copy(pair.key(), version.resolve("tls.key"));
        return version;
    }

    /** At once for both files, as Kubernetes does it. */
    private void swap(Path version) throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("next"), version);
        Files.move(link, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void publish(String text) {
        gateway.vertx()
                .eventBus()
                .publish(
                        Publication.ADDRESS,
                        new JsonObject()
                                .put("channel", "queue:updates")
                                .put("type", "queue_update")
                                .put("data", new JsonObject().put("text", text)));
    }

    private SseConnection openStream() throws Exception {
        return SseConnection.over(
                connect("http/1.1"),
                "GET /api/v1/events/queue HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer "
                        + RunningGateway.API_KEY + "\r\n\r\n");
    }

    private String served(String protocol) throws Exception {
        try (SSLSocket socket = connect(protocol)) {
            assertThat(socket.getApplicationProtocol()).isEqualTo(protocol);
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private SSLSocket connect(String protocol) throws IOException, GeneralSecurityException {
        SSLContext anybody = SSLContext.getInstance("TLS");
        anybody.init(null, new TrustManager[] {new TrustsAnybody()}, new SecureRandom());
        SSLSocket socket = (SSLSocket) anybody.getSocketFactory().createSocket("127.0.0.1", gateway.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static final class TrustsAnybody implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
