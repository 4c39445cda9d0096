package dev.hermes.gateway.outer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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

/** The demo's page and its native {@code EventSource} in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoPageIT {

    private static final String BARS = """
            return Object.fromEntries([...document.querySelectorAll('.download')].map((row) =>
              [row.querySelector('.name').textContent, row.querySelector('.bar').getAttribute('aria-valuenow')]))""";

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
        page.await("an event", () -> page.all("#journal tr").size() > 3);

        page.press("cut");

        page.await("reconnecting", () -> state().equals("reconnecting"));
        page.await("connected again", () -> state().equals("connected"));
        page.await("a verdict", () -> !page.attribute("verdict", "data-verdict").equals("waiting"));
        assertThat(page.text("verdict")).isEqualTo("Nothing missing, nothing twice.");
        assertThat(page.text("cursor-after")).isEqualTo(page.text("cursor-before"));
        // The browser was away for at least its `retry`, in which a few events happened.
        assertThat(page.text("caught-up")).matches("([1-9]\\d*) of \\1 events?");
    }

    @Test
    void saysWhenRedisWasAway() {
        page.await("an event", () -> page.all("#journal tr").size() > 3);

        page.press("redis");

        page.await("back", () -> notices().contains("Redis is back."));
        assertThat(notices()).contains("Gap: log_lost. Events may be missing here.");
        assertThat(state()).isEqualTo("connected");
        int frames = page.all("#journal tr[data-event=download_progress]").size();
        page.await(
                "progress goes on",
                () -> page.all("#journal tr[data-event=download_progress]").size() > frames);
    }

    private List<String> notices() {
        return page.all("#notices li span").stream()
                .map(notice -> String.valueOf(notice.getText()))
                .toList();
    }
}
