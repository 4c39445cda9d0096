package dev.hermes.gateway.topology;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS whose authority is private, the account of the document, and a database that is not the first. */
class SecuredRedisTest {

    private static final String DATABASE = "3";
    private static final String LAST_ID = "18446744073709551615-18446744073709551614";

    @TempDir
    private static Path directory;

    private static EmbeddedRedis redis;
    private static Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        Authority authority = new Authority(directory);
        int tlsPort = FreePorts.next();
        redis = FreePorts.redis(
                "tls-port " + tlsPort,
                "tls-cert-file " + authority.serverCertificate(),
                "tls-key-file " + authority.serverKey(),
                "tls-ca-cert-file " + authority.certificate(),
                "tls-auth-clients no");
        DocumentedRights.grant(redis.port(), DocumentedRights.always());
        DocumentedRights.grant(redis.port(), DocumentedRights.otherDatabase());
        gateway = new Gateway(Map.of(
                "HERMES_REDIS_URL",
                "rediss://" + DocumentedRights.ACCOUNT + "@localhost:" + tlsPort,
                "HERMES_REDIS_DB",
                DATABASE,
                "HERMES_REDIS_CA_FILE",
                authority.certificate().toString(),
                "HERMES_HISTORY_MAX_EVENTS",
                20));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        redis.close();
    }

    @Test
    void everyRightOfTheDocumentIsNeededAndNoneIsMissing() throws IOException {
        String token = gateway.token("queue download:d-1");
        try (SseConnection stream = gateway.open("/stream?channels=queue:updates", token);
                RedisWire there = new RedisWire(redis.port())) {
            there.send("SELECT", DATABASE);
            publish(there, "not json");
            for (int number = 0; number < 30; number++) {
                publish(there, event(json("{'n':%s}", number)));
                assertThat(stream.nextEvent().data()).isEqualTo(json("{'n':%s}", number));
            }
            there.send("XADD", "hermes:events", "*", "channel", "queue:updates", "type", "no such type", "data", "{}");
            there.send("XADD", "hermes:events", "*", "channel", "queue:updates", "type", "queue_update", "data", "{}");
            assertThat(stream.nextEvent().data()).isEqualTo("{}");
            await().untilAsserted(() ->
                    assertThat(there.send("XLEN", "hermes:rejected")).containsExactly("2"));
            assertThat(Integer.parseInt(there.send("XLEN", "hermes:events").get(0)))
                    .isLessThanOrEqualTo(22);

            there.send("SETEX", "download:d-1:progress", "60", json("{'status': 'queued'}"));
            try (SseConnection download = gateway.open("/downloads/d-1", token)) {
                assertThat(download.nextEvent().data()).contains("queued");
            }
            stream.next("heartbeat");

            // What it takes back when only a part could be appended.
            there.send(
                    "XADD", "hermes:events", LAST_ID, "channel", "queue:updates", "type", "last_but_one", "data", "{}");
            assertThat(stream.next("last_but_one").position()).isEqualTo(LAST_ID);
            assertThat(gateway.send("POST", "/api/v1/events/publish", twoEvents())
                            .statusCode())
                    .isGreaterThanOrEqualTo(500);
            gateway.send(
                    "DELETE",
                    "/api/v1/events/token",
                    new JsonObject().put("token", token).encode());
            assertThat(stream.untilEnd(Duration.ofSeconds(30)))
                    .extracting(Frame::event)
                    .endsWith("closing");
        }
        assertThat(DocumentedRights.refused(redis.port())).isEmpty();
        // Connections are looked after once a second, and the rest may be done before.
        await().untilAsserted(() -> assertThat(used())
                .containsAll(commands(DocumentedRights.always()))
                .contains("select"));
    }

    @Test
    void nothingOfItIsInTheFirstDatabase() throws IOException {
        assertThat(RedisWire.ask(redis.port(), "KEYS", "*")).isEmpty();
        try (RedisWire there = new RedisWire(redis.port())) {
            there.send("SELECT", DATABASE);
            assertThat(there.send("KEYS", "*hermes:events*"))
                    .containsExactlyInAnyOrder("hermes:events", "{hermes:events}:ingest", "{hermes:events}:saved");
        }
    }

    private static void publish(RedisWire there, String message) throws IOException {
        there.send("PUBLISH", "queue:updates", message);
    }

    private static String event(String data) {
        return json("{'type':'queue_update','data':%s}", data);
    }

    private static String twoEvents() {
        JsonObject event = new JsonObject()
                .put("channel", "queue:updates")
                .put("type", "queue_update")
                .put("data", new JsonObject());
        return new JsonArray(IntStream.range(0, 2).mapToObj(n -> event.copy()).toList()).encode();
    }

    private static List<String> commands(List<String> rights) {
        return rights.stream()
                .filter(word -> word.startsWith("+"))
                .map(word -> word.substring(1))
                .toList();
    }

    /** Every command that this Redis has carried out. */
    private static List<String> used() {
        return Arrays.stream(RedisWire.one(redis.port(), "INFO", "commandstats").split("\n"))
                .filter(line -> line.startsWith("cmdstat_"))
                .map(line -> line.substring("cmdstat_".length(), line.indexOf(':')))
                .toList();
    }
}
