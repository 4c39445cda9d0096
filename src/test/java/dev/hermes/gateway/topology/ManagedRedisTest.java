package dev.hermes.gateway.topology;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.SseConnection;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What those who rent out a Redis take away. */
class ManagedRedisTest {

    @Test
    void needsNeitherConfigNorClientNorInfo() {
        try (EmbeddedRedis redis = FreePorts.redis(
                        "rename-command CONFIG ",
                        "user hermes on >secret ~* &* +@all -@admin -@dangerous -client -config -info -cluster -command");
                Gateway gateway =
                        new Gateway(Map.of("HERMES_REDIS_URL", "redis://hermes:secret@127.0.0.1:" + redis.port()));
                SseConnection stream = gateway.open("/queue", gateway.token("queue"))) {
            assertThat(gateway.ready()).isTrue();
            RedisWire.ask(redis.port(), "PUBLISH", "queue:updates", json("{'type':'queue_update','data':{'n':1}}"));
            String cursor = stream.nextEvent().position();
            RedisWire.ask(
                    redis.port(),
                    "XADD",
                    "hermes:events",
                    "*",
                    "channel",
                    "queue:updates",
                    "type",
                    "queue_update",
                    "data",
                    json("{'n':2}"));
            assertThat(stream.nextEvent().data()).isEqualTo(json("{'n':2}"));
            try (SseConnection resumed = gateway.open("/queue", gateway.token("queue"), "Last-Event-ID: " + cursor)) {
                assertThat(resumed.nextEvent().data()).isEqualTo(json("{'n':2}"));
            }
        }
    }
}
