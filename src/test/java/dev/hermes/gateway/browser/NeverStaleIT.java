package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What once left old data on a page that said it was connected, seen in a browser. Interleavings are in ModulesTest. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NeverStaleIT {

    /** What the app's API answers when it is asked. */
    private final AtomicLong truth = new AtomicLong();

    private Lab lab;

    @BeforeAll
    void open(@TempDir Path temporary) throws IOException {
        lab = new Lab(temporary);
        String page;
        try (InputStream file = Objects.requireNonNull(NeverStaleIT.class.getResourceAsStream("react.html"))) {
            page = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        lab.pages().serve("/react.html", exchange -> Pages.answer(exchange, "text/html", page));
        lab.pages().serve("/react.js", exchange -> Pages.answer(exchange, "text/javascript", ReactIT.MODULE));
        lab.pages().serve(WebJars.PREFIX, WebJars::answer);
        lab.pages().serve("/truth", exchange -> Pages.answer(exchange, "application/json", Long.toString(truth.get())));
    }

    @AfterAll
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void putRight() {
        lab.chromium().closeTabs();
        lab.pages().tokens(lab::token);
        lab.flag(true);
    }

    private Chromium.Tab open(String script) {
        Chromium.Tab tab = lab.chromium()
                .open(lab.pages().origin() + "/react.html?port=" + lab.network().port(), "");
        Chromium.await("the page is there", () -> tab.run("return window.ready").equals(true));
        tab.run(script);
        return tab;
    }

    private void publishTruth() {
        truth.set(lab.next());
        lab.publish();
    }

    private static String text(Chromium.Tab tab) {
        return String.valueOf(tab.run("return document.getElementById('truth')?.textContent"));
    }

    @Test
    void whatIsPublishedBetweenTheFirstFetchAndTheStreamIsShown() {
        publishTruth();
        lab.pages().tokens(scopes -> {
            publishTruth();
            return lab.token(scopes);
        });

        Chromium.Tab tab = open("make({}); show(Truth)");

        tab.awaitStatus("connected");
        Chromium.await("the truth", () -> text(tab).equals(truth.get() + " live"));
    }

    @Test
    void anAnswerThatIsOlderThanAnEventDoesNotWin() {
        publishTruth();
        Chromium.Tab tab = open("make({}); show(Truth)");
        Chromium.await("the truth", () -> text(tab).equals(truth.get() + " live"));
        // Once when it is shown and once when events are heard; an answer to either would be held too.
        Chromium.await(
                "nothing on its way",
                () -> tab.run("return fetches >= 2 && queries.isFetching() === 0")
                        .equals(true));

        tab.run("window.hold = true; queries.invalidateQueries()");
        Chromium.await(
                "an answer on its way", () -> tab.run("return typeof held").equals("function"));
        publishTruth();
        Chromium.await("the event", () -> text(tab).equals(truth.get() + " live"));
        long fetches = ((Number) tab.run("return fetches")).longValue();
        tab.run("hold = false; held()");

        Chromium.await("fetched again", () -> ((Number) tab.run("return fetches")).longValue() > fetches);
        assertThat(text(tab)).isEqualTo(truth.get() + " live");
    }

    /** Nothing tells the page of these changes but the interruption itself; its own timer is a minute. */
    @Test
    void whatHappenedDuringAnInterruptionIsFetchedAfterIt() {
        Chromium.Tab tab = open("make({}); show(Truth)");
        publishTruth();
        awaitTruth(tab);

        lab.redis().stop();
        Chromium.await("backend down", () -> "down".equals(tab.state().get("backend")));
        truth.set(-1);
        lab.redis().restart();
        awaitTruth(tab);

        lab.stopGateway();
        tab.awaitStatus("reconnecting");
        truth.set(-2);
        lab.startGateway();
        awaitTruth(tab);

        truth.set(-3);
        lab.flag(false);
        tab.awaitStatus("polling");
        awaitTruth(tab);

        truth.set(-4);
        lab.flag(true);
        tab.awaitStatus("connected");
        awaitTruth(tab);
        publishTruth();
        awaitTruth(tab);
        assertThat(tab.uncaught()).isEmpty();
    }

    private void awaitTruth(Chromium.Tab tab) {
        Chromium.await("the truth", () -> text(tab).equals(truth.get() + " live"));
    }

    @Test
    void eachDownloadIsHeardWhereTheApiGivesTokensForOneScope() {
        lab.pages().tokens(scopes -> lab.token(scopes.split(" ", 2)[0]));
        Chromium.Tab tab = lab.open("{downloadId: 'one-0'}", "{downloadId: 'one-1'}");
        tab.awaitStatus("connected");
        List<Long> numbers = Stream.of("one-0", "one-1")
                .map(id -> {
                    long number = lab.next();
                    lab.publish("download:updates", "download_progress", new JsonObject().put("download_id", id));
                    return number;
                })
                .toList();

        Chromium.await("both", () -> tab.numbers().containsAll(numbers));
        assertThat(tab.errors()).isEmpty();
    }

    @Test
    void twoTabsThatDoNotSayThatTheyAreOneUserHearNothingOfEachOther() {
        Chromium.Tab ada = lab.open(Lab.QUEUE);
        ada.awaitStatus("connected");
        Chromium.Tab nobody = lab.openWith("", "{getToken: () => null}", Lab.QUEUE);
        nobody.awaitStatus("disconnected");
        long number = lab.next();

        lab.publish();

        lab.assertWhole(ada, number);
        assertThat(nobody.numbers()).isEmpty();
        assertThat(nobody.state()).containsEntry("reason", "no_token");
    }

    @Test
    void aClientMadeInMemoAndClosedByAnEffectOutlivesStrictMode() {
        Chromium.Tab tab = open("show(Own)");
        Chromium.await("connected", () -> text(tab).endsWith(" live"));

        publishTruth();

        Chromium.await("the truth", () -> text(tab).equals(truth.get() + " live"));
    }

    @Test
    void aPageAsksOnceAndOpensOneStream() {
        int before = lab.network().requests().size();
        Chromium.Tab tab = lab.open(Lab.QUEUE, "{channels: ['stats:updates']}", "{downloadId: 'd-1'}");
        tab.awaitStatus("connected");

        assertThat(lab
                        .network()
                        .requests()
                        .subList(before, lab.network().requests().size())
                        .stream()
                        .filter(line -> line.contains("/api/v1/events/"))
                        .map(line -> line.replaceFirst(".*/events/([a-z]+).*", "$1")))
                .containsExactly("poll", "stream");
    }
}
