package dev.hermes.gateway.chaos;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.Certificates;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Does what happens while the load lasts. One thread. */
final class SoakHands {

    static final Duration STALL_TIMEOUT = Duration.ofSeconds(10);

    private static final int SLOW_READERS = 20;
    private static final int MOST_AWAY_MILLIS = 10_000;
    private static final double SHARE = 0.05;
    private static final String ON = "HERMES_ENABLE_SSE=true\n";
    private static final String OFF = "HERMES_ENABLE_SSE=false\n";
    private static final Duration A_WHILE = Duration.ofSeconds(4);

    private final Path folder;
    private final Certificates certificates;
    private final Lapse lapse;
    private final Random random;
    private final Consumer<String> breaches;
    private int visits;
    private int version;

    SoakHands(Path folder, Lapse lapse, Random random, Consumer<String> breaches) {
        this.folder = folder;
        this.lapse = lapse;
        this.random = random;
        this.breaches = breaches;
        try {
            deleteAll(folder);
            Files.createDirectories(configuration());
            this.certificates = new Certificates(folder);
            flag(ON);
            exchangeCertificate();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(folder);
    }

    /** For {@code HERMES_CONF}. */
    Path configuration() {
        return folder.resolve("conf");
    }

    Path certificate() {
        return folder.resolve("current.pem");
    }

    Path key() {
        return folder.resolve("current.key");
    }

    /** Sockets that trust the authority of every certificate here, and nobody else. */
    SSLSocketFactory sockets() {
        try (InputStream in = Files.newInputStream(certificates.authority())) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (IOException | GeneralSecurityException failure) {
            throw new AssertionError(failure);
        }
    }

    void make(SoakStep step, List<SoakSite> sites, List<EventSourceClient> clients, EmbeddedRedis redis)
            throws IOException {
        switch (step) {
            case CLIENTS_AWAY ->
                some(clients, 2 * SHARE)
                        .forEach(client -> client.leave(Duration.ofMillis(random.nextInt(MOST_AWAY_MILLIS))));
            case SLOW_READERS ->
                new SlowReaders(redis.port(), lapse, STALL_TIMEOUT)
                        .visit(++visits, sites.stream().map(SoakSite::server).toList(), SLOW_READERS, breaches);
            case TOKENS_RENEWED -> some(clients, SHARE).forEach(EventSourceClient::renew);
            case TOKENS_REVOKED -> some(clients, SHARE).forEach(client -> client.loseToken());
            case REDIS_RESTARTED -> {
                redis.stop();
                lapse.pass(A_WHILE);
                redis.restart();
            }
            case FLAG_OFF -> {
                flag(OFF);
                lapse.pass(A_WHILE);
                flag(ON);
            }
            case CERTIFICATE -> exchangeCertificate();
            case HANG_UP -> sites.forEach(site -> site.gateway().hangUp());
            case LOG_LEVEL -> {
                sites.forEach(site -> site.management("PUT", "/log-level", "{\"level\":\"debug\"}"));
                lapse.pass(A_WHILE);
                sites.forEach(site -> site.management("PUT", "/log-level", "{\"level\":\"info\"}"));
            }
            case MANAGEMENT_READ -> sites.forEach(SoakHands::readAll);
        }
    }

    private List<EventSourceClient> some(List<EventSourceClient> clients, double share) {
        return clients.stream().filter(client -> random.nextDouble() < share).toList();
    }

    private static void readAll(SoakSite site) {
        String after = "";
        do {
            String page = site.management("GET", "/streams?limit=1000" + after, "");
            String next = new JsonObject(page).getString("next");
            after = next == null ? "" : "&after=" + next;
        } while (!after.isEmpty());
        Stream.of("/metrics", "/settings", "/redis", "/health/ready", "/streams?state=stalled")
                .forEach(path -> site.management("GET", path, ""));
    }

    private void flag(String line) throws IOException {
        Path next = Files.writeString(folder.resolve("next.properties"), line);
        replace(next, configuration().resolve("gateway.properties"));
    }

    private void exchangeCertificate() throws IOException {
        Certificates.Pair pair = certificates.signed("soak-" + version++, 30);
        replace(pair.key(), key());
        replace(pair.chain(), certificate());
    }

    private static void replace(Path next, Path file) throws IOException {
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
