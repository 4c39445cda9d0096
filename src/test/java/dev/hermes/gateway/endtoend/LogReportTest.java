package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator is told at {@code /log} of the management port. */
class LogReportTest {

    private final RedisLogFixture log = new RedisLogFixture();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void itHoldsWhatRedisHoldsAgainstItsBounds() {
        RunningGateway gateway = log.gateway("HERMES_HISTORY_MAX_EVENTS", 500, "HERMES_HISTORY_MAX_BYTES", 123_456);
        try (SseConnection stream = RedisLogFixture.open(gateway, null)) {
            for (int number = 1; number <= 40; number++) {
                log.publish(number);
            }
            for (int number = 1; number <= 40; number++) {
                stream.nextEvent();
            }
        }

        await().untilAsserted(() -> {
            JsonObject told = told(gateway);
            assertThat(told.getLong("entries"))
                    .isEqualTo(Long.parseLong(log.ask("XLEN", "hermes:events").get(0)));
            assertThat(told.getString("newest")).isEqualTo(newest());
            assertThat(told.getLong("bytes")).isEqualTo(Long.parseLong(ofState("bytes")));
            JsonObject chain = told.getJsonObject("chain");
            assertThat(chain.getString("identity")).isEqualTo(ofState("identity"));
            assertThat(chain.getLong("log_marker")).isEqualTo(Long.parseLong(ofState("current")));
            assertThat(chain.getLong("marker")).isEqualTo(Long.parseLong(ofState("marker")));
            assertThat(chain.getBoolean("settled")).isTrue();
        });
        JsonObject told = told(gateway);
        assertThat(told.getString("store")).isEqualTo("redis");
        assertThat(told.getBoolean("reachable")).isTrue();
        assertThat(told.getInteger("entries_limit")).isEqualTo(500);
        assertThat(told.getInteger("bytes_limit")).isEqualTo(123_456);
        assertThat(told.getInteger("oldest_seconds_limit")).isEqualTo(3_600);
        assertThat(told.getDouble("oldest_seconds")).isBetween(0.0, 120.0);
        assertThat(told.getJsonObject("appends").getLong("calls")).isPositive();
        assertThat(told.getJsonObject("appends").getDouble("seconds")).isPositive();
        assertThat(told.getJsonArray("in_redis"))
                .isEqualTo(JsonArray.of("hermes:events", "{hermes:events}:ingest", "{hermes:events}:saved"));
        JsonObject memory = told.getJsonObject("in_memory");
        assertThat(memory.getInteger("unanswered_calls")).isZero();
        assertThat(memory.getJsonArray("windows")).isNotEmpty().allSatisfy(window -> {
            assertThat(((JsonObject) window).getInteger("entries")).isGreaterThanOrEqualTo(40);
            assertThat(((JsonObject) window).getLong("bytes")).isPositive();
        });
    }

    @Test
    void itNamesTheGatewaysThatFollowItAndForgetsOneThatIsGone() {
        RunningGateway one = log.gateway();
        RunningGateway other = log.gateway();
        log.publish(1);

        await().untilAsserted(() -> {
            JsonArray heard = told(one).getJsonArray("gateways");
            assertThat(heard).hasSize(2).allSatisfy(gateway -> {
                assertThat(((JsonObject) gateway).getString("position")).isEqualTo(newest());
                assertThat(((JsonObject) gateway).getDouble("heard_seconds_ago"))
                        .isBetween(0.0, 5.0);
            });
            assertThat(own(one)).isNotEqualTo(own(other));
            assertThat(heard.stream().map(gateway -> ((JsonObject) gateway).getString("name")))
                    .containsExactlyInAnyOrder(own(one), own(other));
        });

        log.endWithItsVertx(other);

        await().untilAsserted(
                        () -> assertThat(told(one).getJsonArray("gateways")).hasSize(1));
    }

    @Test
    void whileRedisIsAwayItSaysThatNoNumberIsKnownAndReadinessSaysSinceWhen() {
        RunningGateway gateway = log.gateway();
        await().until(() -> told(gateway).getBoolean("reachable"));
        Instant before = Instant.now();

        log.redis().stop();

        await().untilAsserted(() -> {
            JsonObject told = told(gateway);
            assertThat(told.getBoolean("reachable")).isFalse();
            assertThat(told.getValue("entries")).isNull();
            assertThat(told.getValue("oldest_seconds")).isNull();
            assertThat(told.getJsonArray("gateways")).isEmpty();
            assertThat(told.getJsonObject("chain").getValue("marker")).isNull();
        });
        await().untilAsserted(() -> {
            JsonObject problem = new JsonObject(HttpCall.get(gateway.managementPort(), "/health/ready")
                            .body())
                    .getJsonArray("problems")
                    .getJsonObject(0);
            assertThat(problem.getString("what")).isEqualTo("redis");
            assertThat(Instant.parse(problem.getString("since"))).isBetween(before.minusSeconds(1), Instant.now());
        });
    }

    @Test
    void aLogInThisProcessHasNoChainAndNothingInRedis() {
        try (RunningGateway gateway =
                RunningGateway.with("HERMES_HISTORY_MAX_EVENTS", 700).startWithoutRedis()) {
            JsonObject told = told(gateway);

            assertThat(told.getString("store")).isEqualTo("memory");
            assertThat(told.getInteger("entries")).isEqualTo(1);
            assertThat(told.getInteger("entries_limit")).isEqualTo(700);
            assertThat(told.getString("newest")).matches("m[0-9]+-1");
            assertThat(told.getValue("chain")).isNull();
            assertThat(told.getJsonArray("in_redis")).isEmpty();
            assertThat(told.getJsonArray("gateways")).isEmpty();
        }
    }

    @Test
    void nobodyWithoutAKeyIsTold() {
        RunningGateway gateway = log.gateway();

        assertThat(HttpCall.get(gateway.managementPort(), "/log").statusCode()).isEqualTo(401);
        assertThat(HttpCall.withApiKey(gateway.managementPort(), "DELETE", "/log", "")
                        .statusCode())
                .isEqualTo(405);
    }

    private String newest() {
        return log.ask("XREVRANGE", "hermes:events", "+", "-", "COUNT", "1").get(0);
    }

    private String ofState(String field) {
        return log.ask("HGET", "{hermes:events}:ingest", field).get(0);
    }

    private static String own(RunningGateway gateway) {
        return told(gateway).getJsonArray("gateways").stream()
                .map(JsonObject.class::cast)
                .filter(one -> one.getBoolean("this_one"))
                .map(one -> one.getString("name"))
                .reduce("", String::concat);
    }

    private static JsonObject told(RunningGateway gateway) {
        HttpResponse<String> answer = HttpCall.withApiKey(gateway.managementPort(), "GET", "/log", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }
}
