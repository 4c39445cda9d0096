package dev.hermes.gateway.topology;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two gateways, with no more rights than the document gives them, and a Cluster of three nodes. */
class ClusterTest {

    private static ClusterFleet fleet;
    private static Gateway first;
    private static Gateway second;

    @BeforeAll
    static void start() {
        fleet = ClusterFleet.ofMasters();
        for (int node = 0; node < fleet.size(); node++) {
            DocumentedRights.grant(fleet.port(node), DocumentedRights.always());
            DocumentedRights.grant(fleet.port(node), DocumentedRights.cluster());
        }
        first = gateway();
        second = gateway();
    }

    @AfterAll
    static void stop() {
        second.close();
        first.close();
        fleet.close();
    }

    private static Gateway gateway() {
        return new Gateway(
                Map.of("HERMES_REDIS_URL", fleet.url(DocumentedRights.ACCOUNT), "HERMES_REDIS_CLUSTER", true));
    }

    @AfterEach
    void nothingWasRefused() {
        for (int node = 0; node < fleet.size(); node++) {
            assertThat(DocumentedRights.refused(fleet.port(node))).isEmpty();
        }
    }

    @Test
    void whatIsPublishedAtAnyNodeReachesEveryStreamUnderOneId() {
        String token = first.token("queue");
        try (SseConnection one = first.open("/queue", token);
                SseConnection other = second.open("/queue", token)) {
            List<String> seen = new ArrayList<>();
            for (int number = 0; number < 30; number++) {
                publish(number % fleet.size(), "queue:updates", "queue_update", json("{'n':%s}", number));
                Frame frame = one.nextLogged();
                assertThat(frame.data()).isEqualTo(json("{'n':%s}", number));
                seen.add(frame.position());
            }

            assertThat(other.nextLogged(30)).extracting(Frame::position).isEqualTo(seen);
        }
    }

    @Test
    void allSubscriptionsAndAllKeysOfTheLogAreAtItsNode() {
        publish(0, "queue:updates", "queue_update", "{}");
        for (int node = 0; node < fleet.size(); node++) {
            boolean owner = node == ClusterFleet.LOG_NODE;
            int asked = node;
            await().until(() -> fleet.subscribers(asked) == (owner ? 2 : 0));
            List<String> keys = RedisWire.ask(fleet.port(node), "KEYS", "*hermes:events*");
            assertThat(keys)
                    .containsExactlyInAnyOrderElementsOf(
                            owner
                                    ? List.of("hermes:events", "{hermes:events}:ingest", "{hermes:events}:saved")
                                    : List.of());
        }
    }

    @Test
    void aScriptThatTheNodeDoesNotKnowIsSentWhole() {
        try (SseConnection stream = first.open("/queue", first.token("queue"))) {
            for (int number = 0; number < 3; number++) {
                for (int node = 0; node < fleet.size(); node++) {
                    RedisWire.ask(fleet.port(node), "SCRIPT", "FLUSH");
                }
                publish(2, "queue:updates", "queue_update", json("{'n':%s}", number));

                assertThat(stream.nextLogged().data()).isEqualTo(json("{'n':%s}", number));
            }
        }
    }

    @Test
    void aCursorOfOneGatewayIsHonouredByTheOther() {
        String token = first.token("queue");
        String cursor;
        try (SseConnection stream = first.open("/queue", token)) {
            publish(0, "queue:updates", "queue_update", json("{'n':1}"));
            cursor = stream.nextLogged().position();
        }
        String batch = new JsonArray(IntStream.rangeClosed(2, 40)
                        .mapToObj(number -> new JsonObject()
                                .put("channel", "queue:updates")
                                .put("type", "queue_update")
                                .put("data", new JsonObject().put("n", number)))
                        .toList())
                .encode();
        assertThat(first.send("POST", "/api/v1/events/publish", batch).statusCode())
                .isEqualTo(202);
        try (SseConnection stream = second.open("/queue", token, "Last-Event-ID: " + cursor)) {
            List<Frame> replayed = stream.nextEvents(39);
            assertThat(replayed.get(0).data()).isEqualTo(json("{'n':2}"));
            assertThat(replayed.get(38).data()).isEqualTo(json("{'n':40}"));
        }
    }

    @Test
    void tokensOfManySlotsAreFoundAndOneThatIsRevokedEndsItsStreamOnly() {
        List<String> tokens =
                IntStream.range(0, 12).mapToObj(n -> first.token("queue")).toList();
        assertThat(tokens.stream()
                        .map(token -> RedisWire.one(fleet.port(0), "CLUSTER", "KEYSLOT", "sse:token:" + token))
                        .distinct())
                .hasSizeGreaterThan(1);
        List<SseConnection> streams =
                tokens.stream().map(token -> second.open("/queue", token)).toList();
        try {
            first.send(
                    "DELETE",
                    "/api/v1/events/token",
                    new JsonObject().put("token", tokens.get(0)).encode());
            assertThat(new JsonObject(streams.get(0).next("closing").data()).getString("reason"))
                    .isEqualTo("token_revoked");
            List<SseConnection> others = streams.subList(1, streams.size());
            others.forEach(SseConnection::arrived);
            for (int beat = 0; beat < 2; beat++) {
                others.forEach(
                        stream -> assertThat(nextButBackend(stream).event()).isEqualTo("heartbeat"));
            }
        } finally {
            streams.forEach(SseConnection::close);
        }
    }

    @Test
    void aDownloadIsGreetedWithItsSnapshotAndLaterWithItsLastEvent() {
        String id = "download-in-a-cluster";
        String key = "download:" + id + ":progress";
        int slot = Integer.parseInt(RedisWire.one(fleet.port(0), "CLUSTER", "KEYSLOT", key));
        int owner = slot * fleet.size() / 16_384;
        RedisWire.ask(fleet.port(owner), "SETEX", key, "60", json("{'status': 'queued'}"));
        String token = first.token("download:" + id);
        try (SseConnection stream = first.open("/downloads/" + id, token)) {
            assertThat(stream.nextEvent().data()).contains(id).contains("queued");
            publish(2, key, "download_progress", json("{'download_id':'%s','status':'completed'}", id));
            assertThat(stream.nextEvent().data()).contains("completed");
        }

        await().untilAsserted(() -> {
            try (SseConnection later = second.open("/downloads/" + id, token)) {
                assertThat(later.nextEvent().data()).contains("completed");
            }
        });
    }

    /** A busy machine may lose the link to a node for a moment, which is told. */
    private static Frame nextButBackend(SseConnection stream) {
        Frame frame = stream.next();
        while (frame.event().equals("backend")) {
            frame = stream.next();
        }
        return frame;
    }

    private static void publish(int node, String channel, String type, String data) {
        RedisWire.ask(fleet.port(node), "PUBLISH", channel, json("{'type':'%s','data':%s}", type, data));
    }
}
