package dev.hermes.gateway.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** What {@code /redis} of the management port tells about Redis and the gateway's account there. */
class RedisReportTest {

    private static JsonObject report(RunningGateway gateway) {
        return new JsonObject(
                HttpCall.get(gateway.managementPort(), "/redis", "Authorization", "Bearer " + RunningGateway.API_KEY)
                        .body());
    }

    private static RunningGateway gateway(EmbeddedRedis redis) {
        return RunningGateway.with("HERMES_HISTORY_MAX_BYTES", "1048576")
                .startAt("redis://" + DocumentedRights.ACCOUNT + "@127.0.0.1:" + redis.port());
    }

    @Test
    void theAccountOfTheDocumentLacksNothingAndIsRefusedNothing() {
        try (EmbeddedRedis redis = FreePorts.redis("maxmemory 100mb", "maxmemory-policy volatile-lru")) {
            DocumentedRights.grant(redis.port(), DocumentedRights.always());
            try (RunningGateway gateway = gateway(redis)) {
                JsonObject report = report(gateway);

                assertThat(report.getJsonArray("missing_rights")).isEmpty();
                assertThat(report.getString("version")).matches("\\d+\\.\\d+\\.\\d+");
                assertThat(report.getBoolean("supported")).isTrue();
                assertThat(report.getLong("maxmemory")).isEqualTo(100L << 20);
                assertThat(report.getString("maxmemory_policy")).isEqualTo("volatile-lru");
                assertThat(report.getLong("used_memory")).isPositive();
                // Of the same machine; how long the question is under way counts too.
                assertThat(report.getLong("clock_ahead_ms")).isBetween(-5_000L, 5_000L);
                assertThat(report.getString("history")).isEqualTo("redis");
                assertThat(report.getLong("history_max_bytes")).isEqualTo(1_048_576);
                assertThat(DocumentedRights.refused(redis.port())).isEmpty();
            }
        }
    }

    @Test
    void rightsThatAreMissingAreNamedAndNothingIsChanged() {
        try (EmbeddedRedis redis = FreePorts.redis()) {
            DocumentedRights.grant(redis.port(), DocumentedRights.always());
            try (RunningGateway gateway = gateway(redis)) {
                RedisWire.ask(redis.port(), "ACL", "SETUSER", "hermes-gateway", "-xdel", "-exists", "-info");
                long entries = Long.parseLong(RedisWire.one(redis.port(), "XLEN", "hermes:events"));

                JsonObject report = report(gateway);

                assertThat(report.getJsonArray("missing_rights"))
                        .isEqualTo(new JsonArray()
                                .add("+info")
                                .add("+xdel ~hermes:events")
                                .add("+exists ~sse:token:*"));
                assertThat(report.containsKey("version")).isFalse();
                assertThat(report.containsKey("maxmemory")).isFalse();
                assertThat(RedisWire.one(redis.port(), "XLEN", "hermes:events")).isEqualTo(Long.toString(entries));
                assertThat(RedisWire.ask(redis.port(), "KEYS", "*hermes-doctor*"))
                        .isEmpty();
            }
        }
    }

    @Test
    void aGatewayWithoutRedisSaysSo() {
        try (RunningGateway gateway =
                RunningGateway.with("HERMES_ENABLE_SSE", true).startWithoutRedis()) {
            assertThat(report(gateway).getBoolean("configured")).isFalse();
        }
    }
}
