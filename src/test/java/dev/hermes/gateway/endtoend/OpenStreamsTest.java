package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator sees of the open streams at {@code /streams} of the management port, and how he ends them. */
class OpenStreamsTest {

    private final RedisLogFixture log = new RedisLogFixture();
    private final RunningGateway gateway = log.gateway();
    private final LogLines lines = LogLines.capture();
    private final List<SseConnection> open = new ArrayList<>();

    @BeforeEach
    void nobodyIsConnected() {
        assertThat(list("").getInteger("matching")).isZero();
    }

    @AfterEach
    void close() {
        open.forEach(SseConnection::close);
        lines.close();
        log.close();
    }

    @Test
    void oneIsListedWithAllThatIsKnownOfIt() {
        SseConnection stream =
                connect("/api/v1/events/stream?channels=queue:updates,download:updates&download_id=d1&action=added");
        String id = connectionId(stream);
        log.publish(1);
        SseConnection other = connect("/api/v1/events/queue");
        connectionId(other);

        JsonObject shown = json(ask("GET", "/streams/" + id), 200);

        assertThat(shown.getString("id")).isEqualTo(id);
        assertThat(shown.getString("state")).isEqualTo("live");
        assertThat(shown.getString("credential")).isEqualTo("token");
        assertThat(shown.getString("address")).isEqualTo("127.0.0.1");
        assertThat(shown.getJsonObject("channels")
                        .getJsonObject("download:updates")
                        .getJsonArray("keys"))
                .isEqualTo(JsonArray.of("d1"));
        assertThat(shown.getJsonObject("channels")
                        .getJsonObject("queue:updates")
                        .getJsonObject("filters"))
                .isEqualTo(new JsonObject().put("action", JsonArray.of("added")));
        assertThat(shown.getJsonObject("lag").getDouble("seconds")).isZero();
        assertThat(shown.getJsonObject("lag").getInteger("entries")).isZero();
        assertThat(shown.getLong("bytes")).isPositive();
        assertThat(shown.encode()).doesNotContain("sse_");
    }

    @Test
    void positionAndEventsAreThoseThatTheClientHasSeen() {
        SseConnection stream = connect("/api/v1/events/queue");
        String id = connectionId(stream);
        log.publish(1);
        log.publish(2);
        stream.nextEvent();
        SseConnection.Frame last = stream.nextEvent();

        await().untilAsserted(() -> {
            JsonObject shown = json(ask("GET", "/streams/" + id), 200);
            assertThat(shown.getInteger("events")).isEqualTo(2);
            assertThat(shown.getString("position")).isEqualTo(last.position());
        });
    }

    @Test
    void aClientThatDoesNotReadIsStalledAndItsLagGrows() {
        SseConnection stuck = SseConnection.openUnread(gateway.port(), path("/api/v1/events/queue"));
        open.add(stuck);
        String large = "x".repeat(200_000);
        await().until(() -> list("?state=stalled").getInteger("matching") == 1 || publishedLarge(large));

        await().untilAsserted(() -> {
            publishedLarge(large);
            JsonObject shown = list("?state=stalled").getJsonArray("streams").getJsonObject(0);
            assertThat(shown.getJsonObject("lag").getInteger("entries")).isGreaterThan(1);
            assertThat(shown.getJsonObject("lag").getDouble("seconds")).isPositive();
        });
    }

    private boolean publishedLarge(String text) {
        gateway.publish("queue:updates", "queue_update", new JsonObject().put("text", text));
        return false;
    }

    @Test
    void pagesShowEachOnce() {
        for (int count = 0; count < 7; count++) {
            connectionId(connect("/api/v1/events/queue"));
        }

        Set<String> seen = new TreeSet<>();
        String after = "";
        do {
            JsonObject page = list("?limit=3" + after);
            for (Object stream : page.getJsonArray("streams")) {
                assertThat(seen.add(((JsonObject) stream).getString("id"))).isTrue();
            }
            assertThat(page.getInteger("matching")).isEqualTo(7);
            after = page.getString("next") == null ? "" : "&after=" + page.getString("next");
        } while (!after.isEmpty());

        assertThat(seen).hasSize(7);
    }

    @Test
    void eachFilterLeavesOutTheOthers() {
        connectionId(connect("/api/v1/events/queue"));
        connectionId(connect("/api/v1/events/stream?channels=system:notifications"));

        assertThat(list("?channel=system:notifications").getInteger("matching")).isEqualTo(1);
        assertThat(list("?address=127.0.0.1").getInteger("matching")).isEqualTo(2);
        assertThat(list("?address=192.0.2.1").getInteger("matching")).isZero();
        assertThat(list("?user=somebody").getInteger("matching")).isZero();
        assertThat(list("?state=live").getInteger("matching")).isEqualTo(2);
    }

    @Test
    void oneThatIsEndedIsToldSoAndIsGone() {
        SseConnection stream = connect("/api/v1/events/queue");
        String id = connectionId(stream);

        assertThat(json(ask("DELETE", "/streams/" + id), 200)).isEqualTo(new JsonObject().put("ended", 1));

        JsonObject closing = new JsonObject(stream.next("closing").data());
        assertThat(closing.getString("reason")).isEqualTo("closed_by_operator");
        assertThat(closing.getInteger("reconnect_after_ms")).isBetween(5_000, 15_000);
        assertThat(ask("GET", "/streams/" + id).statusCode()).isEqualTo(404);
        assertThat(ask("DELETE", "/streams/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void allOfOneUserAreEndedAndNobodyElses() {
        SseConnection mine = connect("/api/v1/events/queue");
        connectionId(mine);
        SseConnection ofJwt =
                SseConnection.open(gateway.port(), "/api/v1/events/queue", "Authorization: Bearer " + Jwt.of("u-7"));
        open.add(ofJwt);
        connectionId(ofJwt);

        assertThat(json(ask("DELETE", "/streams?user=u-7"), 200).getInteger("ended"))
                .isEqualTo(1);

        ofJwt.next("closing");
        log.publish(1);
        assertThat(mine.nextEvent().data()).isEqualTo(data(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /streams?usr=x",
                "GET /streams?state=dead",
                "GET /streams?channel=queue:update",
                "GET /streams?limit=0",
                "GET /streams?limit=many",
                "GET /streams?user=a&user=b",
                "DELETE /streams",
                "DELETE /streams?user=",
                "DELETE /streams?user=a&user=b",
                "DELETE /streams?address=127.0.0.1",
                "DELETE /streams?user=a&channel=b"
            })
    void whatItCannotMeanIsRefusedAndEndsNothing(String request) {
        connectionId(connect("/api/v1/events/queue"));
        String[] words = request.split(" ", 2);

        assertThat(ask(words[0], words[1]).statusCode()).isEqualTo(400);

        assertThat(list("").getInteger("matching")).isEqualTo(1);
    }

    @Test
    void nobodyWithoutAKeyLearnsOfThem() {
        assertThat(HttpCall.get(gateway.managementPort(), "/streams").statusCode())
                .isEqualTo(401);
    }

    @Test
    void aLineSaysHowEachEndedAndOneWhoWasRefused() {
        SseConnection stream = connect("/api/v1/events/queue");
        String id = connectionId(stream);
        stream.close();
        assertThat(HttpCall.get(gateway.port(), "/api/v1/events/queue?token=sse_nobody-has-this-token")
                        .statusCode())
                .isEqualTo(401);

        await().untilAsserted(() -> assertThat(lines.all())
                .anySatisfy(line -> assertThat(line)
                        .contains("stream closed", "id=\"" + id, "credential=\"token\"", "reason=\"client_gone\""))
                .anySatisfy(line -> assertThat(line)
                        .contains("stream refused", "code=\"http_401\"", "path=\"/api/v1/events/queue\"")));
        assertThat(lines.all()).noneMatch(line -> line.contains("sse_"));
    }

    @Test
    void theLinesOfAStreamAndItsListingCarryTheRequestIdOfItsAnswer() {
        SseConnection named = SseConnection.open(
                gateway.port(), path("/api/v1/events/queue"), "X-Request-Id: proxy-7.1_" + "a".repeat(54));
        open.add(named);
        String id = connectionId(named);
        SseConnection unnamed = connect("/api/v1/events/queue");
        String made = unnamed.header("X-Request-Id");
        String other = connectionId(unnamed);

        assertThat(json(ask("GET", "/streams/" + id), 200).getString("request_id"))
                .isEqualTo(named.header("X-Request-Id"))
                .startsWith("proxy-7.1_");
        assertThat(json(ask("GET", "/streams/" + other), 200).getString("request_id"))
                .isEqualTo(made);
        named.close();
        unnamed.close();

        await().untilAsserted(() -> assertThat(lines.all())
                .anySatisfy(line -> assertThat(line)
                        .contains("stream opened", id, "request_id=\"" + named.header("X-Request-Id") + "\""))
                .anySatisfy(line -> assertThat(line)
                        .contains("stream closed", id, "request_id=\"" + named.header("X-Request-Id") + "\""))
                .anySatisfy(line -> assertThat(line).contains("stream closed", other, "request_id=\"" + made + "\"")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "x\" reason=\"forged", "a{65}", "ünicode"})
    void aRequestIdThatIsNoPlainTokenIsLoggedNowhere(String written) {
        String given = written.equals("a{65}") ? "a".repeat(65) : written;
        SseConnection stream =
                SseConnection.open(gateway.port(), path("/api/v1/events/queue"), "X-Request-Id: " + given);
        String id = connectionId(stream);
        stream.close();
        HttpCall.get(gateway.port(), "/api/v1/events/queue", "X-Request-Id", given.replace("ü", "u e"));

        await().untilAsserted(() -> assertThat(lines.all())
                .anySatisfy(line -> assertThat(line)
                        .contains("stream closed", id, "request_id=\"" + stream.header("X-Request-Id") + "\""))
                .anySatisfy(line -> assertThat(line).contains("stream refused", "request_id=")));
        assertThat(lines.all()).noneMatch(line -> line.contains(given) || line.contains("forged"));
    }

    @Test
    void twoStreamsOfOneRequestIdAreTwoStreams() {
        SseConnection one = SseConnection.open(gateway.port(), path("/api/v1/events/queue"), "X-Request-Id: same");
        SseConnection two = SseConnection.open(gateway.port(), path("/api/v1/events/queue"), "X-Request-Id: same");
        open.addAll(List.of(one, two));

        assertThat(connectionId(one)).isNotEqualTo(connectionId(two));
    }

    @Test
    void aUserCannotForgeAPairOfItsLine() {
        SseConnection stream = SseConnection.open(
                gateway.port(),
                "/api/v1/events/queue",
                "Authorization: Bearer " + Jwt.of("evil\" reason=\"forged\u001b[31m"));
        connectionId(stream);
        stream.close();

        await().untilAsserted(() -> assertThat(lines.all())
                .anySatisfy(line -> assertThat(line).contains("stream closed", "user=\"evil' reason='forged?[31m\"")));
    }

    private SseConnection connect(String path) {
        SseConnection stream = SseConnection.open(gateway.port(), path(path));
        open.add(stream);
        return stream;
    }

    private String path(String path) {
        return path + (path.contains("?") ? "&" : "?") + "token=" + gateway.token(RunningGateway.EVERYTHING);
    }

    private static String connectionId(SseConnection stream) {
        return new JsonObject(stream.next("connected").data()).getString("connection_id");
    }

    private JsonObject list(String query) {
        return json(ask("GET", "/streams" + query), 200);
    }

    private HttpResponse<String> ask(String method, String path) {
        return HttpCall.withApiKey(gateway.managementPort(), method, path, "");
    }

    private static JsonObject json(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return new JsonObject(answer.body());
    }
}
