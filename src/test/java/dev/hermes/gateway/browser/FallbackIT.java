package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Polling where streams do not get through, and the way back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FallbackIT {

    private static final int DURING_A_SWITCH = 30;

    private Lab lab;

    @BeforeAll
    void open(@TempDir Path temporary) {
        lab = new Lab(temporary);
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
        lab.network().buffer(false);
        lab.flag(true);
    }

    /** Publishes until the page has come to that. */
    private void publishUntil(Chromium.Tab tab, String status) {
        Chromium.await(status, () -> {
            lab.publish();
            return tab.status().equals(status);
        });
        for (int more = 0; more < DURING_A_SWITCH; more++) {
            lab.publish();
        }
    }

    @Test
    void pollsThroughAProxyThatBuffersAndStreamsAgainOnceItDoesNot() {
        lab.network().buffer(true);
        Chromium.Tab tab = lab.open(Lab.QUEUE);
        tab.awaitStatus("polling");
        long from = lab.next();

        lab.publish();
        lab.assertWhole(tab, from);
        assertThat(tab.state()).containsEntry("reason", "buffered").containsEntry("transport", "poll");
        lab.network().buffer(false);
        publishUntil(tab, "connected");

        lab.assertWhole(tab, from);
    }

    @Test
    void pollsWhileTheFlagIsOffAndStreamsAgainOnceItIsOn() {
        Chromium.Tab tab = lab.open(Lab.QUEUE);
        tab.awaitStatus("connected");
        long from = lab.next();

        lab.flag(false);
        publishUntil(tab, "polling");
        assertThat(tab.state()).containsEntry("reason", "disabled");
        lab.assertWhole(tab, from);
        lab.flag(true);
        publishUntil(tab, "connected");

        lab.assertWhole(tab, from);
    }

    @Test
    void pollsWhereThereIsNoEventSource() {
        Chromium.Tab tab = lab.openWith("delete window.EventSource", "{}", Lab.QUEUE);
        tab.awaitStatus("polling");
        long from = lab.next();

        lab.publish();

        lab.assertWhole(tab, from);
        assertThat(tab.state()).containsEntry("reason", "no_eventsource");
    }

    @Test
    void asksForNothingWhenThePageHasItSwitchedOff() {
        int requests = lab.network().requests().size();

        Chromium.Tab tab = lab.openWith("", "{enabled: false}", Lab.QUEUE);

        assertThat(tab.status()).isEqualTo("disabled");
        assertThat(lab.network()
                        .requests()
                        .subList(requests, lab.network().requests().size()))
                .allSatisfy(request -> assertThat(request).contains("/hermes-events.js"));
    }
}
