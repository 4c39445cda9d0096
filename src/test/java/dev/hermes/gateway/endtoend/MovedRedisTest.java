package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis is to be found at another address than before, and only the hosts file tells. */
class MovedRedisTest {

    // No name server knows it (RFC 6761, section 6.4).
    private static final String NAME = "redis.invalid";

    @TempDir
    private Path folder;

    @Test
    void aMovedEntryOfTheHostsFileIsFollowed() throws Exception {
        Path hosts = folder.resolve("hosts");
        enter(hosts, "127.0.0.1");
        try (EmbeddedRedis redis = FreePorts.redis();
                RedisProducer producer = new RedisProducer(redis.port());
                RunningGateway gateway = new RunningGateway.Settings()
                        .resolvingBy(hosts)
                        .startAt("redis://" + NAME + ":" + redis.port())) {
            gateway.awaitReady();
            try (SseConnection stream = SseConnection.open(
                    gateway.port(), "/api/v1/events/queue", "Authorization: Bearer " + RunningGateway.API_KEY)) {
                stream.next("connected");
                producer.event("queue:updates", "queue_update", "{\"n\":1}").sync();
                assertThat(stream.nextLogged().data()).isEqualTo("{\"n\":1}");

                producer.send("CONFIG", "SET", "bind", "127.0.0.2").sync();
                producer.send("CLIENT", "KILL", "TYPE", "pubsub").sync();
                producer.send("CLIENT", "KILL", "TYPE", "normal").sync();
                assertThat(state(stream)).isEqualTo("down");

                enter(hosts, "127.0.0.2");
                assertThat(state(stream)).isEqualTo("up");
                stream.next("gap");
                producer.event("queue:updates", "queue_update", "{\"n\":2}").sync();
                assertThat(stream.nextLogged().data()).isEqualTo("{\"n\":2}");
            }
        }
    }

    private static String state(SseConnection stream) {
        return new JsonObject(stream.next("backend").data()).getString("state");
    }

    /** At once, since half a line would be another address. */
    private static void enter(Path hosts, String address) throws IOException {
        Path written = hosts.resolveSibling("written");
        Files.writeString(written, address + " " + NAME + "\n");
        Files.move(written, hosts, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
