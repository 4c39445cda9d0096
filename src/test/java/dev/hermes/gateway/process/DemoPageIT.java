package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The demo's page, with each of its buttons, in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoPageIT {

    private static final String BARS = """
            return Object.fromEntries([...document.querySelectorAll('.download')].map((row) =>
              [row.querySelector('.short').textContent, row.querySelector('.bar').getAttribute('aria-valuenow')]))""";

    private static final String NOTE_STATES = """
            const state = document.getElementById('state');
            window.noted = [];
            new MutationObserver(() =>
              noted.push(state.dataset.state + ' ' + document.getElementById('banner').textContent))
              .observe(state, { attributes: true, attributeFilter: ['data-state'] });
            return true""";

    private static final String FIRST_FRAME = "return document.querySelector('#frames tr').textContent";

    private RunningJar demo;
    private Browser page;

    @BeforeAll
    void startDemo(@TempDir Path temporary) {
        Browser.require();
        demo = RunningJar.start(temporary, Map.of(), "demo");
    }

    @AfterAll
    void endDemo() {
        if (demo != null) {
            demo.close();
        }
    }

    @BeforeEach
    void openPage(@TempDir Path profile) {
        page = Browser.open(profile, "http://localhost:" + demo.port() + "/");
        page.await("connected", () -> state().equals("connected"));
    }

    @AfterEach
    void closePage() {
        page.close();
    }

    private String state() {
        return page.attribute("state", "data-state");
    }

    /** From now on the page itself writes down each state with its banner: one may be over before anybody asks. */
    private void noteStates() {
        page.run(NOTE_STATES);
    }

    /** One a line. */
    private String states() {
        return String.valueOf(page.run("return noted.join('\\n')"));
    }

    @SuppressWarnings("unchecked")
    private Map<String, String> bars() {
        return new HashMap<>((Map<String, String>) page.run(BARS));
    }

    @Test
    void showsDownloadsThatMove() {
        page.await("three rows", () -> page.all(".download").size() >= 3);
        Map<String, String> before = bars();

        page.await(
                "a bar that has moved",
                () -> bars().entrySet().stream().anyMatch(bar -> {
                    String earlier = before.get(bar.getKey());
                    return earlier != null && Integer.parseInt(bar.getValue()) > Integer.parseInt(earlier);
                }));
    }

    @Test
    void breaksNoRuleOfItsSecurityPolicy() {
        page.await("rows", () -> !page.all(".download").isEmpty());

        assertThat(page.console()).isEmpty();
    }

    @Test
    void goesOnWhereItBrokeOffAndMissesNothing() {
        page.await("an event", () -> page.all("#frames tr").size() > 3);

        noteStates();
        page.press("cut");

        page.await("reconnecting", () -> states().contains("reconnecting"));
        page.await("connected again", () -> state().equals("connected"));
        awaitVerdict();
        assertThat(page.text("verdict")).isEqualTo("Nothing missing, nothing twice.");
        assertThat(page.text("cursor-after")).isEqualTo(page.text("cursor-before"));
        // The browser was away for at least its `retry`, in which a few events happened.
        assertThat(page.text("caught-up")).matches("([1-9]\\d*) of \\1 events?");
    }

    @Test
    void saysWhenRedisWasAway() {
        page.await("an event", () -> page.all("#frames tr").size() > 3);

        page.press("redis");

        page.await("back", () -> notices().contains("Redis is back."));
        assertThat(notices()).contains("Gap: log_lost. Events may be missing here.");
        assertThat(state()).isEqualTo("connected");
        int frames = page.all("#frames tr[data-event=download_progress]").size();
        page.await(
                "progress goes on",
                () -> page.all("#frames tr[data-event=download_progress]").size() > frames);
    }

    @Test
    void catchesUpWhenAStalledStreamFlowsAgain() {
        page.await("an event", () -> page.all("#frames tr").size() > 3);

        page.press("stall");

        page.await("held", () -> page.text("stall").equals("Let it flow"));
        page.await("a second without a frame", () -> sinceLastFrame() > 1);
        assertThat(state()).isEqualTo("connected");
        page.press("stall");
        awaitVerdict();
        assertThat(page.text("verdict")).isEqualTo("Nothing missing, nothing twice.");
        assertThat(page.text("caught-up")).matches("([1-9]\\d*) of \\1 events?");
    }

    private double sinceLastFrame() {
        String seconds = page.text("since").split(" ", 2)[0];
        return seconds.matches("[0-9.]+") ? Double.parseDouble(seconds) : 0;
    }

    @Test
    void getsAnotherTokenWhenItsOwnHasEnded() {
        assertThat(page.text("token-in-use")).endsWith("number 1");

        noteStates();
        page.press("token");

        page.await("reconnecting", () -> states().contains("reconnecting"));
        assertThat(states()).containsPattern("reconnecting [^\n]*the token was revoked");
        page.await("connected again", () -> state().equals("connected"));
        assertThat(page.text("token-in-use")).endsWith("number 2");
        awaitVerdict();
        assertThat(page.text("verdict")).isEqualTo("Nothing missing, nothing twice.");
    }

    @Test
    void pollsWhileTheFlagIsOffAndComesBack() {
        page.await("an event", () -> page.all("#frames tr").size() > 3);

        page.press("flag");

        page.await("polling", () -> state().equals("polling"));
        assertThat(page.text("banner")).contains("the flag is off");
        awaitVerdict();
        assertThat(page.text("verdict")).isEqualTo("Nothing missing, nothing twice.");
        page.await("the other label", () -> page.text("flag").equals("Switch SSE on"));
        page.press("flag");
        page.await("connected again", () -> state().equals("connected"));
        awaitVerdict();
        assertThat(page.text("verdict")).isEqualTo("Nothing missing, nothing twice.");
    }

    @Test
    void showsOfTheFramesWhatIsAskedFor() {
        page.await(
                "an event of the queue",
                () -> !page.all("#frames tr[data-event=queue_update]").isEmpty());

        // Notifications may speak of an update.
        page.type("filter", "update -stats -progress -notification");
        assertThat(page.all("#frames tr")).isNotEmpty();
        assertThat(page.all("#frames tr:not([data-event=queue_update])")).isEmpty();

        page.press("pause");
        Object shown = page.run(FIRST_FRAME);
        page.await("frames meanwhile", () -> page.text("frame-count").matches("Paused, [1-9]\\d* came since"));
        assertThat(page.run(FIRST_FRAME)).isEqualTo(shown);
    }

    @Test
    void canBeUsedWithTheKeyboardAlone() {
        page.await("an event", () -> page.all("#frames tr").size() > 3);
        page.run("document.body.focus(); return true");
        List<String> reached = new ArrayList<>();
        for (int stop = 0; stop < 20; stop++) {
            page.key(Keys.TAB);
            reached.add(String.valueOf(page.run("return document.activeElement.id || document.activeElement.tagName")));
        }
        assertThat(reached)
                .containsSubsequence(
                        "cut", "stall", "token", "flag", "redis", "filter", "pause", "clear", "TR", "PRE", "copy");
        assertThat(page.all("#detail pre")).isEmpty();

        page.run("document.querySelector('#frames [tabindex=\"0\"]').focus(); return true");
        page.key(Keys.ARROW_DOWN);
        assertThat(page.all("#detail pre")).hasSize(1);
    }

    private void awaitVerdict() {
        page.await("a verdict", () -> !page.attribute("verdict", "data-verdict").equals("waiting"));
    }

    private List<String> notices() {
        return page.all("#notices li span").stream()
                .map(notice -> String.valueOf(notice.getText()))
                .toList();
    }
}
