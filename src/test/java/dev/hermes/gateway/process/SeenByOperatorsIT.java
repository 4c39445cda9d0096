package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.Certificates;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.Prometheus;
import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateways with certificates of their own behind Caddy with TLS, Debian's Redis and Debian's Prometheus. What happens
 * to them is seen in {@code /streams}, in the metrics, as an alarm and in the log, while clients of Caddy miss nothing.
 */
class SeenByOperatorsIT {

    private static final String REDIS = "/usr/bin/redis-server";
    private static final List<String> ALARMS = List.of(
            "HermesGatewayGone",
            "HermesRedisDown",
            "HermesLossDeclared",
            "HermesCertificateEnding",
            "HermesClientsStalled");
    private static final int CLIENTS = 8;
    private static final int BULKS = 100;
    private static final String BULK = "x".repeat(128 << 10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path temporary;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<Site> sites = new ArrayList<>();
    private final ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
    private ScheduledFuture<?> publications;
    private final int redisPort = FreePorts.next();
    private OutsideProcess redis;
    private Certificates certificates;
    private PrintedProxy caddy;
    private Prometheus prometheus;
    private String token;
    private Crowd crowd;

    private final Object publishing = new Object();
    private volatile int published;

    /** A gateway that may be exchanged for a new process at the same ports. */
    private final class Site {

        private final int port = FreePorts.next();
        private final int managementPort = FreePorts.next();
        private RunningJar jar = start();

        private RunningJar start() {
            return RunningJar.start(
                    temporary,
                    JarSettings.with(
                            "redis://127.0.0.1:" + redisPort,
                            "API_PORT",
                            port,
                            "HERMES_MANAGEMENT_PORT",
                            managementPort,
                            "HERMES_TLS_CERTIFICATE",
                            temporary.resolve("current.pem"),
                            "HERMES_TLS_KEY",
                            temporary.resolve("current.key"),
                            "HERMES_SSE_HEARTBEAT_INTERVAL",
                            2,
                            "HERMES_SSE_STALL_TIMEOUT",
                            30,
                            "HERMES_DRAIN_TIMEOUT",
                            5));
        }

        OutsideProcess process() {
            return jar.process();
        }

        String instance() {
            return "instance=\"127.0.0.1:" + managementPort + "\"";
        }

        JsonObject streams(String query) {
            return new JsonObject(HttpCall.get(
                            managementPort, "/streams" + query, "Authorization", "Bearer " + RunningGateway.API_KEY)
                    .body());
        }
    }

    @BeforeEach
    void start() throws Exception {
        OutsideProcess.require(REDIS, PrintedProxy.CADDY, Prometheus.PROGRAM, Certificates.OPENSSL);
        startRedis();
        certificates = new Certificates(temporary);
        serve(certificates.signed("gateway", 30));
        for (int gateway = 0; gateway < 2; gateway++) {
            Site site = new Site();
            sites.add(site);
            opened.add(() -> site.jar.close());
        }
        sites.forEach(site -> site.jar.port());
        HermesStandIn hermes = opened(new HermesStandIn("redis://127.0.0.1:" + redisPort, List.of()));
        String block = PrintedProxy.block("caddyfile", "deployment.md", true)
                .replace(
                        "\t\t\ttransport http {\n",
                        "\t\t\ttransport http {\n\t\t\t\ttls_trusted_ca_certs " + certificates.authority()
                                + "\n\t\t\t\ttls_server_name gateway\n");
        caddy = opened(PrintedProxy.caddy(
                temporary.resolve("caddy"), block, true, hermes.port(), sites.get(0).port, sites.get(1).port));
        prometheus = opened(Prometheus.start(temporary, sites.get(0).managementPort, sites.get(1).managementPort));
        token = token("queue");
        crowd = opened(Crowd.secure(CLIENTS, token, caddy.port(), Set.of("backend", "gap")));
        crowd.open();
        publications = publisher.scheduleAtFixedRate(this::publish, 0, 50, TimeUnit.MILLISECONDS);
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    @AfterEach
    void close() throws Exception {
        publisher.shutdownNow();
        for (int last = opened.size() - 1; last >= 0; last--) {
            opened.get(last).close();
        }
        redis.close();
    }

    @Test
    void whateverHappensIsSeenAndNoClientMissesAnything() throws Exception {
        prometheus.shows(2, "hermes_ready == 1");
        ALARMS.forEach(prometheus::isSilent);
        prometheus.shows(1, "sum(hermes_streams_open) == " + CLIENTS);

        for (Site site : sites) {
            restart(site, sites.get(1 - sites.indexOf(site)));
        }
        prometheus.isSilent("HermesGatewayGone");
        Set<String> streams = ids();

        stopAndStartRedis();
        assertThat(ids()).as("streams that were open all the time").isEqualTo(streams);

        exchangeCertificate();
        assertThat(ids()).as("streams that were open all the time").isEqualTo(streams);

        stall();

        assertThat(publications.isDone()).as("publishing has failed").isFalse();
        publisher.shutdown();
        assertThat(publisher.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        await("all have seen all").atMost(PATIENCE).until(() -> crowd.haveSeen(published) == CLIENTS);
        System.out.println("seen by operators: published=" + published + " clients=" + CLIENTS + " returns="
                + crowd.returns() + " ends=" + crowd.ends());
        assertThat(crowd.problems()).isEmpty();
        assertThat(published).isPositive();
    }

    private void restart(Site site, Site other) {
        site.process().signal("TERM");
        assertThat(site.process().awaitExit(PATIENCE)).isZero();
        site.process().await("gateway served streams=");
        site.process().await("stream closed .*reason=\"server_shutdown\"");
        prometheus.fires("HermesGatewayGone");
        await("all are at the other")
                .atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(other.streams("").getInteger("matching")).isEqualTo(CLIENTS));
        prometheus.shows(1, "hermes_streams_open{" + other.instance() + "} == " + CLIENTS);

        site.jar = site.start();
        site.jar.port();
        prometheus.shows(2, "up == 1");
    }

    private void stopAndStartRedis() throws IOException {
        synchronized (publishing) {
            redis.signal("TERM");
            assertThat(redis.awaitExit(PATIENCE)).isZero();
            for (Site site : sites) {
                site.process().await("redis is down");
            }
            prometheus.fires("HermesRedisDown");
            prometheus.shows(2, "hermes_redis_up == 0");
            assertThat(ids()).hasSize(CLIENTS);
            startRedis();
        }
        for (Site site : sites) {
            site.process().await("redis is up");
        }
        prometheus.shows(2, "hermes_redis_up == 1");
        // What nobody could hear meanwhile is declared, although this producer sent nothing.
        prometheus.fires("HermesLossDeclared");
        prometheus.isSilent("HermesRedisDown");
    }

    private void exchangeCertificate() throws IOException {
        prometheus.shows(2, "hermes_tls_certificate_end_timestamp_seconds - time() > 29 * 86400");
        serve(certificates.signed("gateway", 5));
        for (Site site : sites) {
            site.process().await("certificate replaced");
        }
        prometheus.shows(2, "hermes_tls_certificate_end_timestamp_seconds - time() < 6 * 86400");
        prometheus.fires("HermesCertificateEnding");
        serve(certificates.signed("gateway", 60));
        prometheus.isSilent("HermesCertificateEnding");
    }

    /** A client of Caddy that takes nothing: in the end Caddy takes nothing for it either. */
    private void stall() throws Exception {
        String stalledToken = token("storage");
        try (Socket plain = new Socket()) {
            plain.setReceiveBufferSize(4_096);
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), caddy.port()));
            Socket stalled = PrintedProxy.secure(plain);
            stalled.getOutputStream()
                    .write(("GET /api/v1/events/stream?token=" + stalledToken
                                    + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            await("it is there too").atMost(PATIENCE).until(() -> ids().size() == CLIENTS + 1);
            for (int bulk = 0; bulk < BULKS; bulk++) {
                add("storage:updates", "storage_update", "{\"bulk\":\"" + BULK + "\"}");
            }
            await("it is told of")
                    .atMost(PATIENCE)
                    .until(() -> sites.stream()
                                    .mapToInt(site ->
                                            site.streams("?state=stalled").getInteger("matching"))
                                    .sum()
                            == 1);
            prometheus.shows(1, "hermes_streams_stalled == 1");
            prometheus.fires("HermesClientsStalled");
            prometheus.shows(1, "hermes_streams_closed_total{reason=\"slow_consumer\"} == 1");
        }
        assertThat(sites.stream().flatMap(site -> site.process().lines().stream()))
                .anyMatch(line -> line.contains("stream closed") && line.contains("reason=\"slow_consumer\""));
        assertThat(ids()).hasSize(CLIENTS);
    }

    private Set<String> ids() {
        return sites.stream()
                .map(site -> site.streams("").getJsonArray("streams"))
                .flatMap(JsonArray::stream)
                .map(stream -> ((JsonObject) stream).getString("id"))
                .collect(Collectors.toSet());
    }

    /** From a gateway itself: behind this block, Hermes hands out tokens. */
    private String token(String scope) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("https://localhost:" + sites.get(0).port + "/api/v1/events/token"))
                .header("Authorization", "Bearer " + RunningGateway.API_KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"scope\":\"" + scope + "\"}"))
                .build();
        String answer = PrintedProxy.client(HttpClient.Version.HTTP_1_1)
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return new JsonObject(answer).getString("token");
    }

    private void startRedis() {
        redis = OutsideProcess.start(new ProcessBuilder(
                REDIS,
                "--port",
                Integer.toString(redisPort),
                "--bind",
                "127.0.0.1",
                "--dir",
                temporary.toString(),
                "--save",
                "",
                "--appendonly",
                "yes"));
        redis.await("eady to accept connections");
    }

    /** As an issuer does it. */
    private void serve(Certificates.Pair pair) throws IOException {
        Files.move(pair.key(), temporary.resolve("current.key"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(pair.chain(), temporary.resolve("current.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    private void publish() {
        synchronized (publishing) {
            add("queue:updates", "queue_update", "{\"n\":" + published + "}");
            published++;
        }
    }

    private void add(String channel, String type, String data) {
        RedisWire.ask(
                redisPort,
                "XADD",
                "hermes:events",
                "*",
                "channel",
                channel,
                "type",
                type,
                "data",
                data,
                "timestamp",
                "2026-11-23T09:13:33+00:00");
    }
}
