package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.QUEUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code /explain} of the management port answers to: why did this client (not) get this event? */
class ExplainTest {

    private final RedisLogFixture log = new RedisLogFixture();
    private final RunningGateway gateway = log.gateway();
    private final List<SseConnection> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(SseConnection::close);
        log.close();
    }

    @Test
    void anEventThatCameIsSaidToBeDeliveredAtAboutThatTime() {
        Client client = connect(QUEUE, "queue");
        Instant before = Instant.now();
        log.publish(1);
        String event = client.stream.nextLogged().position();
        Instant after = Instant.now();

        JsonObject explained = explain(client.id, event);

        assertThat(explained.getString("verdict")).isEqualTo("delivered");
        assertThat(explained.getString("channel")).isEqualTo("queue:updates");
        assertThat(explained.getString("type")).isEqualTo("queue_update");
        assertThat(Instant.parse(explained.getString("from"))).isBefore(after);
        assertThat(Instant.parse(explained.getString("until")))
                .isAfter(before)
                .isBefore(after.plus(Duration.ofSeconds(10)));
        assertThat(explained.getString("detail")).contains("handed to the stream's connection");
    }

    @Test
    void whatWasCaughtUpOnIsDeliveredAsWell() {
        String cursor = log.cursorAt(gateway, 1);
        String event = publishedTo(connect(QUEUE, "queue"), 2);

        Client client = connectAfter(cursor);
        assertThat(client.stream.nextLogged().position()).isEqualTo(event);

        assertThat(explain(client.id, event).getString("verdict")).isEqualTo("delivered");
        assertThat(explain(client.id, cursor).getString("verdict")).isEqualTo("before_cursor");
    }

    @Test
    void whatAStreamWasGreetedWithIsDelivered() {
        String event = publishedTo(connect(QUEUE, "queue"), 1);
        Client greeted = connect(QUEUE, "queue");
        assertThat(greeted.stream.nextEvent().id()).isNull();

        JsonObject explained = explain(greeted.id, event);

        assertThat(explained.getString("verdict")).isEqualTo("delivered");
        assertThat(explained.getString("detail")).contains("when the stream opened, without an id");
    }

    @Test
    void aCursorThatWasNeverGivenOutIsAGapBeforeTheStart() {
        String event = publishedTo(connect(QUEUE, "queue"), 1);
        publishedTo(connect(QUEUE, "queue"), 2);
        Client client = connectAfter("99999999999999-0");
        client.stream.next("gap");

        JsonObject explained = explain(client.id, event);

        assertThat(explained.getString("verdict")).isEqualTo("gap");
        assertThat(explained.getString("gap")).isEqualTo("unknown_cursor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"m1-1", "0-0", "5-5"})
    void anIdThatTheLogNeverGaveIsNotInIt(String id) {
        Client client = connect(QUEUE, "queue");

        assertThat(explain(client.id, id).getString("verdict")).isEqualTo("not_in_log");
    }

    @Test
    void aHoleIsSaidToBeOne() {
        Client client = connect(QUEUE, "queue");
        publishedTo(client, 1);
        log.ask("CLIENT", "KILL", "TYPE", "pubsub");
        String hole = client.stream.next("gap").position();

        JsonObject explained = explain(client.id, hole);

        assertThat(explained.getString("verdict")).isEqualTo("delivered");
        assertThat(explained.getString("detail")).startsWith("it is a gap, source_hole, and was handed");
    }

    @Test
    void aFilterThatLeavesItOutIsNamedWithBothValues() {
        Client client = connect(QUEUE + "?action=added", "queue");
        Client all = connect(QUEUE, "queue");
        gateway.publish("queue:updates", "queue_update", new JsonObject().put("action", "removed"));
        String event = all.stream.nextLogged().position();

        JsonObject explained = explain(client.id, event);

        assertThat(explained.getString("verdict")).isEqualTo("not_matched");
        assertThat(explained.getString("detail"))
                .isEqualTo("of queue:updates the stream gets only events whose action is added; here it is removed");
    }

    @Test
    void anotherKeyThanThoseAskedForIsNamed() {
        Client client = connect("/api/v1/events/downloads/d1", RunningGateway.EVERYTHING);
        String event = progressOf("d2");

        JsonObject explained = explain(client.id, event);

        assertThat(explained.getString("verdict")).isEqualTo("not_matched");
        assertThat(explained.getString("key")).isEqualTo("d2");
        assertThat(explained.getString("detail"))
                .isEqualTo("of download:updates the stream gets only what is about d1; this is about d2");
    }

    @Test
    void aChannelThatWasNotAskedForIsNamed() {
        Client client = connect(QUEUE, RunningGateway.EVERYTHING);

        assertThat(explain(client.id, progressOf("d2")).getString("detail"))
                .isEqualTo("the stream did not ask for the channel download:updates, only for queue:updates");
    }

    @Test
    void whatTheTokenDoesNotCoverIsOutOfScope() {
        Client client = connect("/api/v1/events/stream", "download:d1");
        String event = progressOf("d2");

        JsonObject explained = explain(client.id, event);

        assertThat(explained.getString("verdict")).isEqualTo("out_of_scope");
        assertThat(explained.getString("detail"))
                .isEqualTo("the stream's credential may not see it: it lacks the scope download:d2");
    }

    @Test
    void oneWhoEndedIsStillKnown() {
        Client client = connect(QUEUE, "queue");
        String got = publishedTo(client, 1);
        client.stream.close();
        await().until(() -> explain(client.id, got).getString("verdict"), "delivered"::equals);
        await().until(() -> HttpCall.withApiKey(gateway.managementPort(), "GET", "/streams/" + client.id, "")
                        .statusCode()
                == 404);
        String missed = publishedTo(connect(QUEUE, "queue"), 2);

        JsonObject explained = explain(client.id, missed);

        assertThat(explained.getString("verdict")).isEqualTo("ended");
        assertThat(explained.getString("detail")).contains("client_gone", got);
        assertThat(explain(client.id, got).getString("verdict")).isEqualTo("delivered");
    }

    @Test
    void aClientThatDoesNotReadIsStillBehindAndStalled() {
        SseConnection stuck = SseConnection.openUnread(gateway.port(), path(QUEUE, "queue"));
        open.add(stuck);
        Client reader = connect(QUEUE, "queue");
        String large = "x".repeat(200_000);
        String stalled = await().until(
                        () -> {
                            gateway.publish("queue:updates", "queue_update", new JsonObject().put("text", large));
                            return stalled();
                        },
                        found -> !found.isEmpty());
        gateway.publish("queue:updates", "last", new JsonObject());
        String last = reader.stream.next("last").position();

        JsonObject explained = explain(stalled, last);

        assertThat(explained.getString("verdict")).isEqualTo("still_behind");
        assertThat(explained.getString("detail")).contains("stalled", "it has been behind since");
    }

    @Test
    void whatALostLogTookAwayIsBehindItsGap() {
        Client client = connect(QUEUE, "queue");
        String before = publishedTo(client, 1);
        log.ask("FLUSHALL");
        SseConnection.Frame gap = client.stream.next("gap");
        EventId last = Objects.requireNonNull(EventId.parse(before));
        String lost = new EventId(false, last.major(), last.minor() + 1).toString();

        JsonObject explained = explain(client.id, lost);

        assertThat(explained.getString("verdict")).isEqualTo("gap");
        assertThat(explained.getString("gap")).isEqualTo("log_lost");
        assertThat(explained.getString("detail")).contains("events after " + before, "up to " + gap.position());
    }

    @Test
    void whatWasTrimmedBeforeAClientCameBackIsBehindItsGap() {
        String cursor = log.cursorAt(gateway, 1);
        Client live = connect(QUEUE, "queue");
        String missed = publishedTo(live, 2);
        log.ask("XTRIM", "hermes:events", "MAXLEN", "0");
        live.stream.next("gap");
        publishedTo(connect(QUEUE, "queue"), 3);
        Client client = connectAfter(cursor);
        client.stream.next("gap");

        JsonObject explained = explain(client.id, missed);

        assertThat(explained.getString("verdict")).isEqualTo("gap");
        assertThat(explained.getString("gap")).isEqualTo("history_evicted");
        assertThat(explained.getString("detail")).contains(cursor);
    }

    @Test
    void whatTheLogDoesNotHoldIsSaid() {
        Client client = connect(QUEUE, "queue");
        String event = publishedTo(client, 1);
        // Not the newest: to take away the one at which a gateway stands is a loss of the log.
        publishedTo(client, 2);
        log.ask("XDEL", "hermes:events", event);

        assertThat(explain(client.id, event).getString("verdict")).isEqualTo("not_in_log");
    }

    @Test
    void anEntryThatIsNoEventIsSaidToBeNone() {
        Client client = connect(QUEUE, "queue");
        String foreign = log.ask("XADD", "hermes:events", "*", "channel", "nobody:knows", "type", "t", "data", "{}")
                .get(0);

        assertThat(explain(client.id, foreign).getString("verdict")).isEqualTo("no_event");
    }

    @Test
    void aStreamThatNobodyKnowsIsNotFound() {
        HttpResponse<String> answer = ask("stream=conn_00000000-0000-4000-8000-000000000000&event=1-0");

        assertThat(answer.statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "stream=conn_x",
                "event=1-0",
                "stream=conn_x&event=x",
                "stream=a&event=1-0&event=2-0",
                "stream=a&event=1-0&why=x",
                "stream=&event=1-0"
            })
    void aQuestionWithoutBothIdsIsRefused(String query) {
        assertThat(ask(query).statusCode()).isEqualTo(400);
    }

    @Test
    void nobodyIsToldWithoutAKey() {
        assertThat(HttpCall.get(gateway.managementPort(), "/explain?stream=a&event=1-0")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void whileTheLogCannotBeReadThatIsTheAnswer() {
        Client client = connect(QUEUE, "queue");
        log.redis().stop();

        await().untilAsserted(() -> assertThat(
                        ask("stream=" + client.id + "&event=1-0").statusCode())
                .isEqualTo(503));
    }

    private String stalled() {
        JsonObject found =
                new JsonObject(HttpCall.withApiKey(gateway.managementPort(), "GET", "/streams?state=stalled", "")
                        .body());
        return found.getInteger("matching") == 0
                ? ""
                : found.getJsonArray("streams").getJsonObject(0).getString("id");
    }

    /** A stream that is in place, and its id. */
    private record Client(SseConnection stream, String id) {}

    private String publishedTo(Client client, int number) {
        log.publish(number);
        return client.stream.nextLogged().position();
    }

    private String progressOf(String download) {
        Client all = connect("/api/v1/events/downloads/" + download, RunningGateway.EVERYTHING);
        gateway.publish(
                "download:" + download + ":progress", "progress", new JsonObject().put("download_id", download));
        return all.stream.nextLogged().position();
    }

    private Client connect(String path, String scope) {
        return inPlace(SseConnection.open(gateway.port(), path(path, scope)));
    }

    private Client connectAfter(String cursor) {
        return inPlace(SseConnection.open(gateway.port(), path(QUEUE, "queue"), "Last-Event-ID: " + cursor));
    }

    private Client inPlace(SseConnection stream) {
        open.add(stream);
        return new Client(stream, new JsonObject(stream.next("connected").data()).getString("connection_id"));
    }

    private String path(String path, String scope) {
        return path + (path.contains("?") ? "&" : "?") + "token=" + gateway.token(scope);
    }

    private JsonObject explain(String stream, String event) {
        HttpResponse<String> answer = ask("stream=" + stream + "&event=" + event);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private HttpResponse<String> ask(String query) {
        return HttpCall.withApiKey(gateway.managementPort(), "GET", "/explain?" + query, "");
    }
}
