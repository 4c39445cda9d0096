package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway's own page in production: it knows nothing until somebody shows a credential. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageIT {

    private RunningGateway gateway;
    private Chromium chromium;
    private Chromium.Tab page;

    @BeforeAll
    void start(@TempDir Path temporary) {
        chromium = Chromium.start(temporary);
        gateway = RunningGateway.with("HERMES_PAGE", true).start();
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
        page = chromium.open("http://localhost:" + gateway.port() + "/", "");
        Chromium.await("the question for a token", () -> visible("gate"));
    }

    @AfterEach
    void closePage() {
        chromium.closeTabs();
    }

    private boolean visible(String id) {
        return (Boolean) page.run("return document.getElementById(arguments[0]).checkVisibility()", id);
    }

    private String text(String id) {
        return page.run("return document.getElementById(arguments[0]).textContent", id)
                .toString();
    }

    private void present(String credential) {
        page.run(
                "document.getElementById('credential').value = arguments[0]; document.getElementById('present').click()",
                credential);
    }

    private void presentAndAwaitConnection(String credential) {
        present(credential);
        Chromium.await("connected", () -> visible("main") && text("state-text").equals("Live"));
    }

    @Test
    void showsNothingAndAsksForNothingWithoutACredential() {
        assertThat(visible("main")).isFalse();
        assertThat(visible("state")).isFalse();
        assertThat(page.run("return performance.getEntriesByType('resource').map((one) => one.name)"
                        + ".filter((name) => name.includes('/api/'))"))
                .isEqualTo(List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "sse_of-nobody, Invalid or expired SSE token.",
        "no-key-of-ours, Invalid or expired credentials.",
        "'', A token is needed."
    })
    void saysWhyACredentialIsNotTaken(String credential, String trouble) {
        present(credential);

        Chromium.await(trouble, () -> text("gate-trouble").equals(trouble));
        assertThat(visible("main")).isFalse();
    }

    @Test
    void showsWhatTheTokenIsFor() {
        presentAndAwaitConnection(gateway.token("queue"));

        gateway.publish("stats:updates", "stats_update", new JsonObject().put("event", "x"));
        gateway.publish(
                "queue:updates",
                "queue_update",
                new JsonObject().put("action", "added").put("download_id", "a").put("url", "https://example.com/a"));

        Chromium.await("what is queued", () -> text("queue").equals("https://example.com/a a"));
        assertThat(text("frames")).contains("queue_update").doesNotContain("stats_update");
        assertThat(visible("trials")).isFalse();
    }

    @Test
    void getsTokensForItselfWithAnApiKeyAndShowsItNowhere() {
        presentAndAwaitConnection(RunningGateway.API_KEY);

        assertThat(text("token-in-use")).startsWith("sse_");
        assertThat(page.run("return document.documentElement.outerHTML + document.getElementById('credential').value"
                                + " + JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
                        .toString())
                .doesNotContain(RunningGateway.API_KEY);
    }

    @Test
    void forgetsEverythingWhenAsked() {
        presentAndAwaitConnection(gateway.token("queue"));

        page.run("document.getElementById('leave').click()");

        Chromium.await("the question for a token", () -> visible("gate"));
        assertThat(visible("main")).isFalse();
        assertThat(text("frames")).isEmpty();
    }
}
