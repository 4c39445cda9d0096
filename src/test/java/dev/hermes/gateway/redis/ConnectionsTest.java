package dev.hermes.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host with two addresses, of which the first refuses. */
class ConnectionsTest {

    private static EmbeddedRedis redis;

    private final Vertx vertx = Vertx.vertx();

    @BeforeAll
    static void startRedis() {
        redis = FreePorts.redis();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void eachAddressHasItsTurn(int attempt) throws Exception {
        Connections connections = connections("two.invalid", attempt);
        RedisConnection first = connections.open().await(5, TimeUnit.SECONDS);
        RedisConnection another = connections.openAtLog(first).await(5, TimeUnit.SECONDS);
        assertThat(another.send(Request.cmd(Command.PING)).await(5, TimeUnit.SECONDS))
                .hasToString("PONG");
        connections.close().await(5, TimeUnit.SECONDS);
    }

    @Test
    void theOthersGoByTheNameSoThatWhereverItMovesIsFollowed() throws Exception {
        assertThatThrownBy(() -> connections("two.invalid", 3).open().await(5, TimeUnit.SECONDS))
                .hasStackTraceContaining("two.invalid");
        Connections byName = connections("localhost", 3);
        assertThat(byName.open().await(5, TimeUnit.SECONDS)).isNotNull();
        byName.close().await(5, TimeUnit.SECONDS);
    }

    private Connections connections(String host, int attempt) {
        Settings.Redis settings = new Settings.Redis(
                List.of(new Settings.Secret("redis://" + host + ":" + redis.port())), 0, null, false, null);
        HostLookup hosts = new HostLookup(vertx.getOrCreateContext(), asked -> new InetAddress[] {
            InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), InetAddress.getByAddress(new byte[] {127, 0, 0, 1})
        });
        return new Connections(vertx, settings, hosts, attempt);
    }
}
