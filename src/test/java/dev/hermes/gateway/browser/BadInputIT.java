package dev.hermes.gateway.browser;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server, an app and a browser that are not as they should be: a clear state or an error, and never a dead stream. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {

    private static final String DENIED = """
            for (const [of, name] of [[window, 'localStorage'], [window, 'sessionStorage'], [window, 'indexedDB'],
                [Navigator.prototype, 'locks'], [Document.prototype, 'cookie']]) {
              Object.defineProperty(of, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
            }""";

    /** Patience of fifteen seconds is too much for a test; heartbeats come so often that nobody misses one. */
    private static final String TEN_TIMES_FASTER = """
            const slow = window.setTimeout; window.setTimeout = (work, ms, ...more) => slow(work, ms / 10, ...more);
            """;

    private Chromium chromium;
    private Pages pages;
    private ScriptedGateway gateway;

    @BeforeAll
    void open(@TempDir Path temporary) {
        chromium = Chromium.start(temporary);
        pages = new Pages(scopes -> json("{'token':'sse_any'}"));
        gateway = new ScriptedGateway();
    }

    @AfterAll
    void close() {
        if (chromium != null) {
            chromium.close();
            pages.close();
            gateway.close();
        }
    }

    @AfterEach
    void putRight() {
        chromium.closeTabs();
        gateway.answer(200);
        pages.tokens(scopes -> json("{'token':'sse_any'}"));
    }

    private Chromium.Tab open(String before) {
        return open(before, "{}");
    }

    private Chromium.Tab open(String before, String options) {
        Chromium.Tab tab = chromium.open(pages.address(gateway.port()), before);
        Chromium.await(
                "the client is there", () -> tab.run("return window.ready").equals(true));
        tab.run("make(" + options + "); listen(" + Lab.QUEUE + ")");
        return tab;
    }

    private Chromium.Tab connected() {
        Chromium.Tab tab = open("");
        tab.awaitStatus("connected");
        return tab;
    }

    private static void assertHears(Chromium.Tab tab, Long... numbers) {
        Chromium.await("heard all", () -> tab.numbers().equals(List.of(numbers)));
        assertThat(tab.status()).isEqualTo("connected");
        assertThat(tab.uncaught()).isEmpty();
    }

    @Test
    void aFrameThatIsNoObjectIsAnErrorAndTheNextIsHeard() {
        Chromium.Tab tab = connected();

        gateway.send("2-0", "queue_update", "{not json");
        gateway.send("3-0", "queue_update", "7");
        gateway.send("4-0", "queue_update", json("{'n':4}"));

        assertHears(tab, 4L);
        assertThat(tab.errors()).containsExactly("bad_frame", "bad_frame");
    }

    @Test
    void aFrameThatComesAgainIsHeardOnce() {
        Chromium.Tab tab = connected();

        gateway.send("2-0", "queue_update", json("{'n':2}"));
        gateway.send("2-0", "queue_update", json("{'n':2}"));
        gateway.send("3-0", "queue_update", json("{'n':3}"));

        assertHears(tab, 2L, 3L);
    }

    @Test
    void anIdThatGoesBackwardsIsAnErrorAndNothingIsSwallowed() {
        Chromium.Tab tab = connected();

        gateway.send("9-0", "queue_update", json("{'n':9}"));
        gateway.send("4-0", "queue_update", json("{'n':4}"));
        gateway.send("5-0", "queue_update", json("{'n':5}"));

        assertHears(tab, 9L, 4L, 5L);
        assertThat(tab.errors()).containsExactly("id_backwards");
    }

    @Test
    void unknownAndUnreadableFramesOfTheServerDoNoHarm() {
        Chromium.Tab tab = connected();

        gateway.send("2-0", "never_heard_of", "{}");
        for (String control : List.of("closing", "gap", "backend", "unavailable", "token_expiring", "connected")) {
            gateway.send("3-0", control, "nonsense");
        }
        gateway.send("4-0", "queue_update", json("{'n':4}"));

        assertHears(tab, 4L);
    }

    @Test
    void aCallbackThatThrowsHarmsNobodyElse() {
        Chromium.Tab tab = connected();
        tab.run("client.subscribe(" + Lab.QUEUE + ", () => { throw new Error('mine'); })");
        tab.run("client.onState(() => { throw new Error('mine too'); })");

        gateway.send("2-0", "queue_update", json("{'n':2}"));

        assertHears(tab, 2L);
        Chromium.await("an error", () -> tab.errors().contains("callback_threw"));
    }

    @Test
    void aTokenFunctionThatFailsIsAskedAgain() {
        pages.tokens(scopes -> "");
        Chromium.Tab tab = open("");
        Chromium.await("a reason", () -> "token_failed".equals(tab.state().get("reason")));

        pages.tokens(scopes -> json("{'token':'sse_any'}"));

        tab.awaitStatus("connected");
        assertThat(tab.errors()).contains("token");
        assertThat(tab.uncaught()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "() => new Promise(() => {})",
                "() => Promise.reject(new Error('mine'))",
                "() => Promise.reject()",
                "() => { throw new Error('mine'); }",
                "() => Promise.resolve({ token: '' , ttl: 'soon' }).then(() => { throw null; })"
            })
    void aTokenFunctionThatNeverAnswersOrRejectsIsAskedAgain(String function) {
        Chromium.Tab tab = open(
                TEN_TIMES_FASTER + "window.answer = " + function, "{ getToken: (scopes) => window.answer(scopes) }");
        Chromium.await("a reason", () -> "token_failed".equals(tab.state().get("reason")));
        assertThat(tab.errors()).contains("token");

        tab.run("window.answer = () => 'sse_any'");

        tab.awaitStatus("connected");
        assertThat(tab.uncaught()).isEmpty();
    }

    @Test
    void aStreamThatIsWellOutlivesATokenFunctionThatNoLongerAnswers() {
        Chromium.Tab tab =
                open(TEN_TIMES_FASTER + "window.answer = () => 'sse_any'", "{ getToken: () => window.answer() }");
        tab.awaitStatus("connected");
        tab.run("window.answer = () => new Promise(() => {})");

        gateway.send("1-0", "token_expiring", json("{'expires_at':'2026-11-23T09:13:33Z'}"));
        Chromium.await("an error", () -> tab.errors().contains("token"));
        gateway.send("2-0", "queue_update", json("{'n':2}"));

        assertHears(tab, 2L);
        assertThat(tab.statuses()).doesNotContain("reconnecting token_failed");
    }

    @Test
    void aTokenFunctionThatHasNoneStopsUntilItIsTriedAgain() {
        pages.tokens(scopes -> "null");
        Chromium.Tab tab = open("");
        tab.awaitStatus("disconnected");
        assertThat(tab.state()).containsEntry("reason", "no_token");

        pages.tokens(scopes -> "\"sse_plain\"");
        tab.run("client.reconnect()");

        tab.awaitStatus("connected");
    }

    @ParameterizedTest
    @CsvSource({"400, bad_request", "401, unauthorized", "403, forbidden"})
    void aPermanentAnswerStopsWithItsName(int status, String reason) {
        gateway.answer(status);
        int asked = pages.asked().size();

        Chromium.Tab tab = open("");

        tab.awaitStatus("disconnected");
        assertThat(tab.state()).containsEntry("reason", reason);
        assertThat(pages.asked().size() - asked).isEqualTo(status == 401 ? 2 : 1);
        assertThat(tab.uncaught()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"500", "502", "503", "404", "429"})
    void anAnswerThatPassesIsOutlived(int status) {
        gateway.answer(status);
        Chromium.Tab tab = open("");
        Chromium.await("a reason", () -> ("http_" + status).equals(tab.state().get("reason")));

        gateway.answer(200);

        tab.awaitStatus("connected");
    }

    /** Without its jitter the client tries all the faster. */
    @Test
    void tenFailuresLeadToPollingAndOneSuccessBack() {
        gateway.answer(502);
        int before = gateway.opened().size();
        Chromium.Tab tab = open("Math.random = () => 0");

        tab.awaitStatus("polling");
        assertThat(tab.state()).containsEntry("reason", "http_502");
        // Each attempt is asked for twice, since an EventSource does not tell what it was answered.
        assertThat(gateway.opened().size() - before).isEqualTo(20);
        gateway.answer(200);

        tab.awaitStatus("connected");
        assertThat(tab.uncaught()).isEmpty();
    }

    @Test
    void aStreamThatFallsSilentIsReplacedFromWhereItWas() {
        Chromium.Tab tab = connected();
        gateway.send("7-0", "heartbeat", "{}");
        Chromium.await("heard", () -> gateway.opened().size() > 0);

        gateway.hush();

        Chromium.await(
                "a new one",
                () -> gateway.opened().get(gateway.opened().size() - 1).contains("last_event_id=7-0"));
        tab.awaitStatus("connected");
    }

    @Test
    void itNeedsNoStorageNoCookiesAndNoLocks() {
        Chromium.Tab tab = open(DENIED);

        tab.awaitStatus("connected");
        assertThat(tab.uncaught()).isEmpty();
    }

    @Test
    void aClockThatJumpsEndsNothing() {
        Chromium.Tab tab = open("""
                const real = Date.now; window.skew = 0; Date.now = () => real() + skew;""");
        tab.awaitStatus("connected");

        List<String> jumps = List.of("-36e5", "36e5");
        for (long number = 2; number < 2 + jumps.size(); number++) {
            tab.run("skew = " + jumps.get((int) number - 2));
            long sent = number;
            Chromium.await("heard", () -> {
                // Again, since a jump forward is taken for a sleep, from which the page comes back with another stream.
                gateway.send(sent + "-0", "queue_update", json("{'n':%s}", sent));
                return tab.numbers().contains(sent);
            });
        }

        tab.awaitStatus("connected");
        assertThat(tab.uncaught()).isEmpty();
    }
}
