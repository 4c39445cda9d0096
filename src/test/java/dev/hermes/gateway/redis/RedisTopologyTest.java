package dev.hermes.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A link to a Redis that is not simply one on a plain socket. */
class RedisTopologyTest {

    @Test
    void reachesARedisBehindTlsWhoseAuthorityIsPrivate(@TempDir Path directory) throws Exception {
        Path store = directory.resolve("store.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "redis",
                "-keyalg",
                "EC",
                "-dname",
                "CN=redis",
                "-ext",
                "san=dns:localhost",
                "-validity",
                "1",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                "password");
        Path authority = directory.resolve("ca.pem");
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "redis",
                "-keystore",
                store.toString(),
                "-storepass",
                "password",
                "-file",
                authority.toString());
        NetServerOptions tls = new NetServerOptions()
                .setSsl(true)
                .setKeyCertOptions(new PfxOptions().setPath(store.toString()).setPassword("password"));

        try (EmbeddedRedis redis = FreePorts.redis();
                Relay relay = new Relay(redis.port(), tls);
                LinkFixture trusting = LinkFixture.of(secured("localhost", relay.port(), authority));
                LinkFixture distrusting = LinkFixture.of(secured("localhost", relay.port(), null));
                LinkFixture misled = LinkFixture.of(secured("127.0.0.1", relay.port(), authority))) {
            trusting.start();
            // The first TLS of a JVM takes its time.
            trusting.awaitState(LinkState.LIVE);
            distrusting.start();
            distrusting.awaitProblem("unable to find valid certification path");
            misled.start();
            misled.awaitProblem("No subject alternative names matching IP address");
        }
    }

    @Test
    void hearsAClusterOnTheNodeOfTheLogAndStaysUp() throws Exception {
        try (EmbeddedRedis first = clusterNode();
                EmbeddedRedis second = clusterNode()) {
            join(first, second);
            Settings.Secret node = new Settings.Secret(second.url().toString());
            try (LinkFixture fixture = LinkFixture.of(new Settings.Redis(List.of(node), 0, null, true, null))) {
                fixture.start();
                fixture.awaitState(LinkState.LIVE);
                // The slot of the log is 10,099 (CLUSTER KEYSLOT hermes:events), so it is the second's.
                assertThat(RedisWire.one(first.port(), "CLIENT", "LIST", "TYPE", "pubsub"))
                        .doesNotContain("addr=");
                assertThat(RedisWire.one(second.port(), "CLIENT", "LIST", "TYPE", "pubsub"))
                        .contains(" sub=3 psub=1 ");

                List<@Nullable Response> values = fixture.on(
                        fixture.owner,
                        () -> fixture.link
                                .commands()
                                .sendAll(List.of(
                                        Request.cmd(Command.SET).arg("a").arg("1"),
                                        Request.cmd(Command.SET).arg("b").arg("2"),
                                        Request.cmd(Command.GET).arg("a"),
                                        Request.cmd(Command.GET).arg("b"))));
                assertThat(values).extracting(String::valueOf).containsExactly("OK", "OK", "1", "2");

                fixture.send(Command.PUBLISH, "news", "from any node");
                fixture.awaitTold("message from any node", 1);
                // Longer than a node may be silent: each must have been made to say something.
                await().during(Duration.ofSeconds(7)).until(() -> fixture.told.size() == 2);
            }
        }
    }

    @Test
    void leavesANodeOfAClusterThatHasTheLogNoMore() throws Exception {
        try (EmbeddedRedis first = clusterNode();
                EmbeddedRedis second = clusterNode()) {
            join(first, second);
            Settings.Secret node = new Settings.Secret(second.url().toString());
            try (LinkFixture fixture = LinkFixture.of(new Settings.Redis(List.of(node), 0, null, true, null))) {
                fixture.start();
                fixture.awaitState(LinkState.LIVE);
                RedisWire.ask(second.port(), "CLUSTER", "SETSLOT", "10099", "MIGRATING", id(first));
                RedisWire.ask(first.port(), "CLUSTER", "SETSLOT", "10099", "IMPORTING", id(second));
                RedisWire.ask(
                        second.port(),
                        "MIGRATE",
                        "127.0.0.1",
                        Integer.toString(first.port()),
                        RedisNames.LOG_STATE,
                        "0",
                        "5000");
                RedisWire.ask(first.port(), "CLUSTER", "SETSLOT", "10099", "NODE", id(first));
                RedisWire.ask(second.port(), "CLUSTER", "SETSLOT", "10099", "NODE", id(first));
                fixture.awaitTold("log moved", 1);
                fixture.awaitTold("down another node of the Cluster has the log now", 1);
                fixture.awaitTold("up again", 1);

                assertThat(RedisWire.one(first.port(), "CLIENT", "LIST", "TYPE", "pubsub"))
                        .contains(" sub=3 psub=1 ");
                assertThat(fixture.told)
                        .filteredOn(line -> line.startsWith("down"))
                        .hasSize(1);
            }
        }
    }

    @Test
    void saysThatANodeOfAClusterIsNoSingleRedis() throws Exception {
        try (EmbeddedRedis first = clusterNode();
                EmbeddedRedis second = clusterNode()) {
            join(first, second);
            try (LinkFixture fixture = LinkFixture.of(first.url().toString())) {
                fixture.start();
                fixture.awaitProblem("MOVED", "HERMES_REDIS_CLUSTER");
                assertThat(fixture.told).isEmpty();
            }
        }
    }

    private static Settings.Redis secured(String host, int port, @Nullable Path authority) {
        return new Settings.Redis(
                List.of(new Settings.Secret("rediss://" + host + ":" + port)), 0, null, false, authority);
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private static EmbeddedRedis clusterNode() {
        return FreePorts.redis(
                "cluster-enabled yes",
                // Its own choice, the port plus 10,000, may be none.
                "cluster-port " + FreePorts.next());
    }

    private static String id(EmbeddedRedis node) throws Exception {
        return RedisWire.one(node.port(), "CLUSTER", "MYID");
    }

    private static void join(EmbeddedRedis first, EmbeddedRedis second) throws Exception {
        RedisWire.ask(first.port(), "CLUSTER", "ADDSLOTSRANGE", "0", "8191");
        RedisWire.ask(second.port(), "CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
        String busPort =
                RedisWire.ask(second.port(), "CONFIG", "GET", "cluster-port").get(1);
        RedisWire.ask(first.port(), "CLUSTER", "MEET", "127.0.0.1", Integer.toString(second.port()), busPort);
        for (EmbeddedRedis node : List.of(first, second)) {
            await().until(() -> RedisWire.one(node.port(), "CLUSTER", "INFO").contains("cluster_state:ok")
                    && RedisWire.one(node.port(), "CLUSTER", "INFO").contains("cluster_known_nodes:2"));
        }
    }
}
