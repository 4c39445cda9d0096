package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of the management port, held against what is true of the gateway. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorPageIT {

    /** Runs before the page's own script, and sees what its policy forbids and what nobody caught. */
    private static final String WATCH = """
            window.complaints = [];
            window.asked = 0;
            window.pending = 0;
            const ask = window.fetch;
            window.fetch = (...question) => {
              asked++;
              pending++;
              return ask(...question).finally(() => pending--);
            };
            for (const kind of ['securitypolicyviolation', 'error', 'unhandledrejection']) {
              window.addEventListener(kind, (event) => complaints.push(
                [kind, event.violatedDirective, event.blockedURI, event.message, event.reason].join(' ')), true);
            }
            """;

    private static final String HIDE = "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
            + " document.dispatchEvent(new Event('visibilitychange'));";

    private final List<SseConnection> open = new ArrayList<>();
    private RunningGateway gateway;
    private Chromium chromium;
    private Chromium.Tab page;

    @BeforeAll
    void start(@TempDir Path temporary) {
        chromium = Chromium.start(temporary);
        gateway = RunningGateway.with("HERMES_HISTORY_MAX_EVENTS", 5_000).start();
    }

    @AfterAll
    void end() {
        if (chromium != null) {
            chromium.close();
            gateway.close();
        }
    }

    @BeforeEach
    void openPage() {
        openPage(gateway);
    }

    private void openPage(RunningGateway of) {
        page = chromium.open("http://localhost:" + of.managementPort() + "/", WATCH);
        Chromium.await("the question for a key", () -> visible("gate"));
    }

    /** Whatever was shown: nothing of it was run, and nothing came from elsewhere. */
    @AfterEach
    void nothingForeignRanOrWasFetched() {
        open.forEach(SseConnection::close);
        open.clear();
        List<?> complaints = (List<?>) page.run("return complaints");
        List<?> elsewhere = (List<?>) page.run("return performance.getEntriesByType('resource').map((one) => one.name)"
                + ".filter((name) => !name.startsWith(location.origin + '/'))");
        chromium.closeTabs();
        assertThat(complaints).isEmpty();
        assertThat(elsewhere).isEmpty();
        Chromium.await("no stream from this test", () -> told("/streams").getInteger("matching") == 0);
    }

    @Test
    void showsNothingAndAsksForNothingWithoutAKey() {
        assertThat(visible("main")).isFalse();
        assertThat((List<?>) page.run(
                        "return performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)"))
                .isNotEmpty()
                .allMatch(path -> List.of("/operator.css", "/operator.js").contains(path));
    }

    @Test
    void saysThatAKeyIsWrongAndKeepsNoneAnywhere() {
        present("not-the-key");
        Chromium.await("the wrong key is said", () -> text("gate-trouble").equals("Invalid or expired credentials."));
        assertThat(visible("main")).isFalse();

        present("no key at all");
        assertThat(text("gate-trouble")).contains("letters, digits and signs");

        unlock();
        assertThat(page.run("return document.documentElement.outerHTML + document.getElementById('key').value"
                                + " + JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
                        .toString())
                .doesNotContain(RunningGateway.API_KEY);

        page.run("document.getElementById('forget').click()");
        assertThat(visible("main")).isFalse();
        assertThat(text("streams")).doesNotContain("conn_");
    }

    @Test
    void aStreamAppearsWithItsUserAndChannelsAsTextWhateverTheyContain() {
        unlock();
        Chromium.await("nobody", () -> text("no-streams").equals("No stream is open."));
        String user = "<img src=x onerror=\"complaints.push('run')\">";

        String id = connect(user, "/api/v1/events/stream?channels=queue:updates,download:updates&action=added");

        Chromium.await("a row", () -> shows(id));
        assertThat(cell(id, "user")).startsWith(user);
        assertThat(cell(id, "address")).isEqualTo("127.0.0.1");
        assertThat(cell(id, "channels")).contains("queue:updates (action=added)", "download:updates");
        assertThat(cell(id, "state")).isEqualTo("live");
        assertThat(page.run("return document.querySelectorAll('img').length")).isEqualTo(0L);
        gateway.publish("queue:updates", "queue_update", new JsonObject().put("action", "added"));
        Chromium.await("its event is counted", () -> cellLabelled(id, "Events").equals("1"));

        open.get(0).close();
        Chromium.await("it is gone", () -> !shows(id));
    }

    @Test
    void oneThatIsStalledIsSaidSoFirstWithItsLagAndFoundByTheFilter() {
        String live = connect("somebody", "/api/v1/events/stats");
        SseConnection stuck = SseConnection.openUnread(
                gateway.port(), "/api/v1/events/queue", "Authorization: Bearer " + Jwt.of("stuck"));
        open.add(stuck);
        String large = "x".repeat(200_000);
        await().until(() -> {
            gateway.publish("queue:updates", "queue_update", new JsonObject().put("text", large));
            return told("/streams?state=stalled").getInteger("matching") == 1;
        });
        String id = told("/streams?state=stalled")
                .getJsonArray("streams")
                .getJsonObject(0)
                .getString("id");

        unlock();

        Chromium.await(
                "said in words", () -> text("problems").contains("1 stream is stalled: its client takes nothing"));
        assertThat(text("problems")).containsPattern("takes nothing Show themsince \\d\\d:\\d\\d:\\d\\d");
        assertThat(cell(id, "state")).isEqualTo("stalled");
        assertThat(cellLabelled(id, "Behind")).containsPattern("^[0-9.]+ s.*entr(y|ies)$");
        assertThat(page.run("return document.querySelector('#streams tbody tr').id"))
                .isEqualTo("stream-" + id);
        assertThat(shows(live)).isTrue();

        page.run("document.querySelector('#problems button').click()");

        Chromium.await("the others are left out", () -> shows(id) && !shows(live));
        assertThat(text("streams-count")).isEqualTo("1 matches, of 2 open");
    }

    @Test
    void oneThatIsEndedByItsButtonIsAskedForFirstAndGetsClosing() {
        String id = connect("to-be-ended", "/api/v1/events/queue");
        unlock();
        Chromium.await("a row", () -> shows(id));

        page.run("document.querySelector('#stream-' + arguments[0] + ' button.end').click()", id);
        assertThat(text("confirm")).contains("to-be-ended", id);
        page.run("document.getElementById('confirm-no').click()");
        assertThat(told("/streams").getInteger("matching")).isEqualTo(1);

        page.run("document.querySelector('#stream-' + arguments[0] + ' button.end').click()", id);
        page.run("document.getElementById('confirm-yes').click()");

        assertThat(new JsonObject(open.get(0).next("closing").data()).getString("reason"))
                .isEqualTo("closed_by_operator");
        Chromium.await("it is gone", () -> !shows(id));
        Chromium.await("counted by its reason", () -> text("gaps").contains("closed by operator"));
    }

    @Test
    void saysHowManyStreamsMatchWhereItShowsFewer() {
        for (int number = 0; number < 103; number++) {
            connect("many", "/api/v1/events/stats");
        }
        connect("one", "/api/v1/events/queue");

        unlock();

        Chromium.await(
                "how many match", () -> text("streams-note").startsWith("104 streams match; 100 of them are shown."));
        assertThat(text("streams-count")).isEqualTo("104 streams");
        filter("user", "one");
        Chromium.await("the one", () -> text("streams-count").equals("1 matches, of 104 open"));
        assertThat(visible("streams-note")).isFalse();
        filter("user", "on");
        Chromium.await("none", () -> text("no-streams").equals("No open stream matches.") && visible("no-streams"));
    }

    @Test
    void showsTheLogAndRedisAsTheyAre() {
        unlock();
        String newest = told("/log").getString("newest");

        Chromium.await("its newest entry", () -> text("log").contains(newest));
        // The gateway hears of itself with the first query, a second after the start.
        Chromium.await("itself", () -> text("log").contains("1 gateway heard within 5 s"));
        assertThat(text("log")).contains("In Redis: a client can resume", " of 5,000", "settled");
        assertThat(text("redis")).contains("It answers", "Redis", told("/redis").getString("version"));
        assertThat(text("settings")).contains("HERMES_HISTORY_MAX_EVENTS5000deployment", "***");
        assertThat(text("settings")).doesNotContain(RunningGateway.API_KEY, RunningGateway.SECRET_KEY);
        assertThat(text("warnings")).contains("decided by the application around the gateway");
        assertThat(text("about")).contains("version ", "up for ", "streams are on");
    }

    @Test
    void aRedisThatIsGoneStandsFirstInWordsUntilItIsBack() {
        unlock();
        Chromium.await("Redis is there", () -> text("redis").contains("It answers"));

        gateway.redis().stop();
        try {
            Chromium.await(
                    "it is gone", () -> text("verdict-title").startsWith("Events do not flow from Redis, since "));
            assertThat(level()).isEqualTo("bad");
            assertThat(text("redis")).containsPattern("Events do not flow, since \\d\\d:\\d\\d:\\d\\d: ");
            assertThat(text("log")).contains("It cannot be reached");
        } finally {
            gateway.redis().restart();
        }

        Chromium.await("it is back", () -> text("redis").contains("It answers") && !level().equals("bad"));
        assertThat(text("problems")).doesNotContain("do not flow");
    }

    @Test
    void saysSinceWhenItIsStaleAndRefreshesAgain() {
        unlock();
        page.run("window.real = window.fetch; window.fetch = () => Promise.reject(new TypeError('refused'))");

        Chromium.await("stale", () -> text("verdict-title").startsWith("This page is stale, since "));
        assertThat(text("problems")).contains("the management port cannot be reached. All below is from ");
        assertThat(text("freshness")).startsWith("not refreshed since ");

        page.run("window.fetch = window.real");
        Chromium.await(
                "fresh",
                () -> text("freshness").startsWith("as of ")
                        && !text("problems").contains("stale"));
    }

    @Test
    void aKeyThatIsTakenAwayLater() {
        unlock();
        page.run("const real = window.fetch; window.fetch = (path, options) => real(path, "
                + "{ ...options, headers: { Authorization: 'Bearer no-more' } })");

        Chromium.await("the question for a key", () -> visible("gate"));
        assertThat(text("gate-trouble")).isEqualTo("Invalid or expired credentials.");
        assertThat(visible("main")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                HIDE,
                "const real = window.fetch; window.fetch = (...asked) => { window.fetch = real; " + HIDE
                        + " return real(...asked); }"
            })
    void asksForNothingWhileNobodyLooksAlsoIfItJustAsked(String hiding) {
        unlock();
        page.run(hiding);
        Chromium.await("nobody looks", () -> (Boolean) page.run("return document.hidden"));
        Chromium.await("nothing is under way", () -> (Boolean) page.run("return pending === 0"));

        long before = asked();
        await().during(Duration.ofSeconds(4)).until(() -> asked() == before);

        page.run("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))");
        Chromium.await("it asks again", () -> asked() > before);
    }

    private long asked() {
        return (Long) page.run("return asked");
    }

    @Test
    void aStreamIsPutIntoTheFormThatExplainsAndWhatIsAnsweredIsSaid() {
        String id = connect("somebody", "/api/v1/events/queue");
        unlock();
        Chromium.await("a row", () -> shows(id));

        page.run("document.querySelector('#stream-' + arguments[0] + ' button.link').click()", id);
        assertThat(page.run("return document.getElementById('explain').elements.stream.value"))
                .isEqualTo(id);
        explain("not-an-id");
        Chromium.await("what is wrong", () -> text("explanation").startsWith("Invalid event \"not-an-id\""));

        gateway.publish("queue:updates", "queue_update", new JsonObject().put("action", "added"));
        String event = open.get(0).nextLogged().position();
        explain(event);

        Chromium.await(
                "what is answered",
                () -> text("explanation").startsWith("delivered: it was handed to the stream's connection "));
        assertThat(told("/explain?stream=" + id + "&event=" + event).getString("verdict"))
                .isEqualTo("delivered");
    }

    private void explain(String event) {
        page.run(
                "const form = document.getElementById('explain'); form.elements.event.value = arguments[0];"
                        + "form.requestSubmit()",
                event);
    }

    private void present(String key) {
        page.run(
                "document.getElementById('key').value = arguments[0]; document.getElementById('present').click()", key);
    }

    private void unlock() {
        present(RunningGateway.API_KEY);
        Chromium.await(
                "the numbers", () -> visible("main") && !text("verdict-title").isEmpty());
    }

    private void filter(String name, String value) {
        page.run(
                "const field = document.getElementById('filter').elements[arguments[0]]; field.value = arguments[1];"
                        + "field.dispatchEvent(new Event('input', { bubbles: true }))",
                name,
                value);
    }

    /** The id of a new stream of this user. */
    private String connect(String user, String path) {
        SseConnection stream = SseConnection.open(gateway.port(), path, "Authorization: Bearer " + Jwt.of(user));
        open.add(stream);
        return new JsonObject(stream.next("connected").data()).getString("connection_id");
    }

    private JsonObject told(String path) {
        return new JsonObject(
                HttpCall.withApiKey(gateway.managementPort(), "GET", path, "").body());
    }

    private boolean visible(String id) {
        return (Boolean) page.run("return document.getElementById(arguments[0]).checkVisibility()", id);
    }

    private String text(String id) {
        return page.run("return document.getElementById(arguments[0]).textContent", id)
                .toString();
    }

    private String level() {
        return page.run("return document.getElementById('verdict').dataset.level")
                .toString();
    }

    private boolean shows(String stream) {
        return (Boolean) page.run("return document.getElementById('stream-' + arguments[0]) !== null", stream);
    }

    private String cell(String stream, String name) {
        return page.run(
                        "return document.querySelector('#stream-' + arguments[0] + ' .' + arguments[1]).textContent",
                        stream,
                        name)
                .toString();
    }

    private String cellLabelled(String stream, String label) {
        return page.run(
                        "return document.querySelector(`#stream-${arguments[0]} [data-label=\"${arguments[1]}\"]`)"
                                + ".textContent",
                        stream,
                        label)
                .toString();
    }
}
