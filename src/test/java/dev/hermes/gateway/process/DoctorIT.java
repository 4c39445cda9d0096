package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.Certificates;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Network;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The doctor of the built jar, at a good gateway, behind proxies that are wrong on purpose, and at what is no gateway. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoctorIT {

    private static final Duration STATED = Duration.ofMinutes(2);
    private static final int HEARTBEAT = 2;

    /** Without it HAProxy holds back each event for 200 ms. */
    private static final String NO_DELAY = "option http-no-delay\n  ";

    private RunningGateway gateway;

    @TempDir
    private Path folder;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", HEARTBEAT)
                .with("VITE_SSE_ENABLED", true)
                .start();
    }

    @BeforeEach
    void haveProxies() {
        OutsideProcess.require(PrintedProxy.CADDY, PrintedProxy.NGINX, BrokenProxy.HAPROXY, Certificates.OPENSSL);
    }

    @AfterAll
    void close() {
        gateway.close();
    }

    private record Seen(int status, List<String> output, List<String> errors) {

        private List<String> findings() {
            return output.stream().filter(line -> line.startsWith("FINDING")).toList();
        }

        /** What is to be repaired, and nothing else is. */
        void names(String... beginnings) {
            List<String> findings = findings();
            assertThat(findings).as("findings").hasSize(beginnings.length);
            for (String beginning : beginnings) {
                assertThat(findings).anyMatch(line -> line.contains(beginning) && line.contains("Why it matters: "));
            }
            assertThat(status).isEqualTo(beginnings.length == 0 ? 0 : 1);
            assertThat(errors).isEmpty();
        }

        void says(String text) {
            assertThat(output).anyMatch(line -> line.contains(text));
        }

        void couldNotLook(String reason) {
            assertThat(status).isEqualTo(2);
            assertThat(output).isEmpty();
            assertThat(errors)
                    .singleElement()
                    .satisfies(line ->
                            assertThat(line).startsWith("hermes-gateway: ").contains(reason));
        }
    }

    /** One that looks. */
    private final class Doctor {

        private final String key;
        private final RunningJar process;

        Doctor(String key, String url, String... more) {
            this.key = key;
            List<String> arguments = new ArrayList<>(List.of("doctor", "--url", url, "--key", key));
            arguments.addAll(List.of(more));
            this.process = RunningJar.start(folder, Map.of(), arguments.toArray(new String[0]));
        }

        /** What it says once it has ended. */
        Seen seen() {
            try (process) {
                int status = process.process().awaitExit(STATED);
                assertThat(process.process().lines()).noneMatch(line -> line.contains(key));
                return new Seen(
                        status, process.process().output(), process.process().errors());
            }
        }
    }

    private Doctor sent(String url, String... more) {
        return new Doctor(RunningGateway.API_KEY, url, more);
    }

    private Seen at(String url, String... more) {
        return sent(url, more).seen();
    }

    /**
     * What is seen, once just that is to be repaired: on a busy machine a round trip may take so long that it is taken for a
     * fault, but not three times.
     */
    private static Seen naming(Doctor looking, Supplier<Doctor> another, String... beginnings) {
        Seen seen = looking.seen();
        for (int again = 0; again < 2 && seen.findings().size() != beginnings.length; again++) {
            seen = another.get().seen();
        }
        seen.names(beginnings);
        return seen;
    }

    private static Seen naming(Supplier<Doctor> looking, String... beginnings) {
        return naming(looking.get(), looking, beginnings);
    }

    /** What is seen through the first one, where that is to be repaired, and nothing at the other. */
    private Seen through(BrokenProxy broken, BrokenProxy cured, String beginning) {
        try (broken;
                cured) {
            Doctor first = sent(local(broken.port()));
            Doctor second = sent(local(cured.port()));
            Seen seen = naming(first, () -> sent(local(broken.port())), beginning);
            naming(second, () -> sent(local(cured.port())));
            return seen;
        }
    }

    private static String local(int port) {
        return "http://127.0.0.1:" + port;
    }

    @Test
    void aGoodGatewayHasNothingToRepair() {
        Seen seen = naming(() -> sent(
                local(gateway.port()),
                "--management",
                local(gateway.managementPort()),
                "--origin",
                "http://localhost:5173"));

        for (String check : List.of(
                "reachable",
                "network",
                "clock",
                "flag, gateway",
                "flag, page",
                "connections",
                "CORS",
                "CORS preflight",
                "compression",
                "first byte",
                "gateway clock",
                "events",
                "resume",
                "heartbeat",
                "ready",
                "canary",
                "descriptors",
                "Redis rights",
                "Redis version",
                "Redis memory",
                "Redis clock")) {
            assertThat(seen.output()).anyMatch(line -> line.startsWith("well      " + check + ": "));
        }
    }

    @Test
    void withJsonItIsOneObject() {
        Seen seen = at(local(gateway.port()), "--json", "--origin", "https://elsewhere.example");
        for (int again = 0; again < 2 && toRepair(seen).size() != 2; again++) {
            seen = at(local(gateway.port()), "--json", "--origin", "https://elsewhere.example");
        }

        assertThat(seen.output()).hasSize(1);
        JsonObject whole = new JsonObject(seen.output().get(0));
        assertThat(whole.getInteger("status")).isEqualTo(seen.status()).isEqualTo(1);
        assertThat(toRepair(seen)).hasSize(2).allSatisfy(finding -> {
            assertThat(finding.getString("what")).contains("https://elsewhere.example");
            assertThat(finding.getJsonObject("lines").getString("gateway.properties"))
                    .contains("HERMES_ALLOWED_ORIGINS=");
        });
    }

    /** Of one that was asked for JSON. */
    private static List<JsonObject> toRepair(Seen seen) {
        return new JsonObject(seen.output().get(0))
                .getJsonArray("findings").stream()
                        .map(JsonObject.class::cast)
                        .filter(finding -> finding.getString("severity").equals("finding"))
                        .toList();
    }

    @Test
    void bufferingByNginxIsNamedAndItsLineCuresIt() {
        String broken = "proxy_ignore_headers X-Accel-Buffering;";
        Seen seen = through(
                BrokenProxy.nginx(folder.resolve("buffering"), gateway.port(), "", broken),
                BrokenProxy.nginx(folder.resolve("cured"), gateway.port(), "", broken + " proxy_buffering off;"),
                "buffering: ");

        seen.says("nginx: in the location of /api/v1/events/: proxy_buffering off;");
    }

    @Test
    void compressionByNginxIsNamedAndItsLineCuresIt() {
        String broken = "gzip on; gzip_types text/event-stream; gzip_min_length 1; gzip_proxied any;";
        Seen seen = through(
                BrokenProxy.nginx(folder.resolve("gzip"), gateway.port(), broken, ""),
                BrokenProxy.nginx(folder.resolve("plain"), gateway.port(), broken, "gzip off;"),
                "compression: the stream comes compressed (gzip)");

        seen.says("nginx: in the location of /api/v1/events/: gzip off;");
    }

    @Test
    void compressionByCaddyIsNamedAndItsLineCuresIt() {
        String broken = "encode {\ngzip\nminimum_length 1\nmatch {\nheader Content-Type text/*\n}\n}\n";
        String cure = "request_header /api/v1/events/* -Accept-Encoding";
        Seen seen = through(
                BrokenProxy.caddy(folder.resolve("encode"), gateway.port(), broken, ""),
                BrokenProxy.caddy(folder.resolve("not-encoded"), gateway.port(), broken + cure, ""),
                "compression: the stream comes compressed (gzip)");

        seen.says("Caddy: in the site: " + cure);
    }

    /** HAProxy obeys the gateway's {@code no-transform}, unless another proxy has taken it away. */
    @Test
    void compressionByHaproxyIsNamedAndItsLineCuresIt() {
        String broken = "filter compression\n  compression algo gzip\n  compression type text/event-stream\n  ";
        String cure = "http-request del-header Accept-Encoding if { path_beg /api/v1/events/ }";
        try (BrokenProxy nginx = BrokenProxy.nginx(
                folder.resolve("transformable"), gateway.port(), "", "proxy_hide_header Cache-Control;")) {
            Seen seen = through(
                    BrokenProxy.haproxy(folder.resolve("algo-gzip"), nginx.port(), NO_DELAY + broken, ""),
                    BrokenProxy.haproxy(folder.resolve("no-algo"), nginx.port(), NO_DELAY + broken + cure, ""),
                    "compression: the stream comes compressed (gzip)");

            seen.says("HAProxy: in the frontend: " + cure);
        }
    }

    @Test
    void bufferingByHaproxyIsNamedAndItsLineCuresIt() {
        Seen seen = through(
                BrokenProxy.haproxy(folder.resolve("delay"), gateway.port(), "", ""),
                BrokenProxy.haproxy(folder.resolve("no-delay"), gateway.port(), NO_DELAY, ""),
                "buffering: each event comes ");

        seen.says("HAProxy: in the frontend: option http-no-delay");
    }

    @Test
    void bufferingByCaddyIsNamed() {
        try (BrokenProxy caddy =
                BrokenProxy.caddy(folder.resolve("collecting"), gateway.port(), "", "buffer_responses")) {
            naming(() -> sent(local(caddy.port())), "buffering: ");
        }
    }

    @Test
    void anIdleTimeOutOfHaproxyIsNamedAndItsLineCuresIt() {
        String cure = "timeout server " + (2 * HEARTBEAT + 15) + "s";
        Seen seen = through(
                BrokenProxy.haproxy(folder.resolve("short"), gateway.port(), NO_DELAY, "timeout server 1s"),
                BrokenProxy.haproxy(folder.resolve("long"), gateway.port(), NO_DELAY, cure),
                "idle time-out: something between ended the stream ");

        seen.says("HAProxy: in the backend: " + cure);
    }

    @Test
    void aLostLastEventIdIsNamedAndItsLineCuresIt() {
        String cure = "proxy_set_header Last-Event-ID $http_last_event_id;";
        Seen seen = through(
                BrokenProxy.nginx(folder.resolve("lost"), gateway.port(), "", "proxy_set_header Last-Event-ID \"\";"),
                BrokenProxy.nginx(folder.resolve("kept"), gateway.port(), "", cure),
                "resume: ");

        seen.says("nginx: in the location of /api/v1/events/: " + cure);
    }

    @Test
    void aSlowNetworkIsNotTakenForBuffering() {
        try (Network slow = new Network(gateway.port(), () -> new Network.Watch() {

            @Override
            public boolean toServer(byte[] bytes, int length) {
                return true;
            }

            @Override
            public boolean toClient(byte[] bytes, int length) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(700));
                return true;
            }
        })) {
            Seen seen = naming(() -> sent(local(slow.port())), "network: slow");

            seen.says("well      events: each at once");
        }
    }

    @Test
    void aCertificateIsJudgedByEndNameAndChainAndTheKeyNotSent() {
        Certificates certificates = new Certificates(folder);
        String authority = certificates.authority().toString();
        try (BrokenProxy good = secured("good", certificates.signed("localhost", 30));
                BrokenProxy ended = secured("ended", certificates.signed("localhost", -1));
                BrokenProxy other = secured("other", certificates.signed("other.example", 30));
                BrokenProxy self = secured("self", certificates.selfSigned("localhost"))) {
            Doctor right = sent("https://localhost:" + good.port(), "--ca", authority);
            Doctor unknown = sent("https://localhost:" + good.port());
            Doctor tooLate = sent("https://localhost:" + ended.port(), "--ca", authority);
            Doctor elsewhere = sent("https://localhost:" + other.port(), "--ca", authority);
            Seen alone = at("https://localhost:" + self.port());

            naming(right, () -> sent("https://localhost:" + good.port(), "--ca", authority));
            unknown.seen().names("certificate: its chain ends at CN=authority");
            tooLate.seen().names("certificate: it ended at ");
            elsewhere.seen().names("certificate: it is for other.example, not for localhost");
            alone.names("certificate: it is signed by itself");
            alone.says("skipped   everything else: the key is not sent");
        }
    }

    private BrokenProxy secured(String name, Certificates.Pair certificate) {
        return BrokenProxy.nginx(folder.resolve(name), gateway.port(), certificate);
    }

    @Test
    void bothSidesOfTheFlagAreNamed() {
        try (RunningGateway off =
                RunningGateway.with("HERMES_ENABLE_SSE", false).startWithoutRedis()) {
            Seen seen = at(local(off.port()));

            seen.names("flag, gateway: off", "flag, page: off");
            seen.says("gateway.properties: HERMES_ENABLE_SSE=true");
            seen.says("gateway.properties: VITE_SSE_ENABLED=true");
        }
    }

    @Test
    void aRedisThatMayEvictTheLogIsNamed() {
        try (EmbeddedRedis redis = FreePorts.redis("maxmemory 50mb", "maxmemory-policy allkeys-lru");
                RunningGateway tight = RunningGateway.with("HERMES_SSE_HEARTBEAT_INTERVAL", HEARTBEAT)
                        .with("VITE_SSE_ENABLED", true)
                        .start(redis)) {
            Seen seen = naming(
                    () -> sent(local(tight.port()), "--management", local(tight.managementPort())),
                    "Redis eviction: maxmemory 52428800",
                    "Redis memory: maxmemory 52428800");
            seen.says("redis.conf: maxmemory-policy noeviction");
        }
    }

    @Test
    void aWrongKeyIsSaidInOneSentence() {
        new Doctor("not-the-key-of-anybody", local(gateway.port())).seen().couldNotLook("refuses the key (401)");
    }

    @Test
    void anAddressThatIsNoGatewayIsNamedInOneSentence() {
        String closed = local(FreePorts.next());
        try (BrokenProxy nginx = BrokenProxy.nginx(folder.resolve("no-gateway"), 1, "", "return 404;")) {
            Doctor other = sent(local(nginx.port()));
            Doctor nobody = sent(closed);
            Doctor unknown = sent("http://no-such-host.invalid");
            Doctor plain = sent("https://localhost:" + gateway.port());
            Doctor none = sent("no address");

            other.seen().couldNotLook(local(nginx.port()) + " is no gateway: ");
            nobody.seen().couldNotLook(closed + ": nothing takes connections there");
            unknown.seen().couldNotLook("no address is known for the name no-such-host.invalid");
            plain.seen().couldNotLook("does not answer with TLS");
            none.seen().couldNotLook("--url: no address is no address");
        }
    }
}
