package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Many tabs of one browser, over HTTP/1.1, of which it allows six connections to a host. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TabsIT {

    private static final String SHARED = "{shareKey: 'ada'}";

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
    void closeTabs() {
        lab.chromium().closeTabs();
    }

    private List<Chromium.Tab> connected(int count) {
        List<Chromium.Tab> tabs = new ArrayList<>();
        for (int tab = 0; tab < count; tab++) {
            tabs.add(lab.openWith("", SHARED, Lab.QUEUE));
        }
        tabs.forEach(tab -> tab.awaitStatus("connected"));
        return tabs;
    }

    @Test
    void sevenTabsShareOneStream() {
        List<Chromium.Tab> tabs = connected(7);
        long from = lab.next();

        lab.publish();
        lab.publish();

        tabs.forEach(tab -> lab.assertWhole(tab, from));
        Chromium.await("one stream", () -> lab.streams() == 1);
    }

    @Test
    void anotherTakesOverWhenTheLeaderIsClosed() {
        List<Chromium.Tab> tabs = connected(3);
        long from = lab.next();
        lab.publish();

        tabs.get(0).close();
        for (int event = 0; event < 20; event++) {
            lab.publish();
        }

        tabs.subList(1, 3).forEach(tab -> lab.assertWhole(tab, from));
        Chromium.await("one stream", () -> lab.streams() == 1);
    }

    @Test
    void anotherTakesOverWhenTheLeadersProcessIsKilled() {
        List<Chromium.Tab> tabs = connected(3);
        long from = lab.next();
        lab.publish();
        tabs.forEach(tab -> lab.assertWhole(tab, from));

        tabs.get(0).crash();
        for (int event = 0; event < 20; event++) {
            lab.publish();
        }

        tabs.subList(1, 3).forEach(tab -> lab.assertWhole(tab, from));
        Chromium.await("one stream", () -> lab.streams() == 1);
    }

    @Test
    void whoComesBackToAPageThatTheBrowserKeptHearsWhatHappenedMeanwhile() {
        List<Chromium.Tab> tabs = connected(2);
        long from = lab.next();
        tabs.get(0).run("addEventListener('pageshow', ({ persisted }) => (window.kept = persisted))");
        lab.publish();
        tabs.forEach(tab -> lab.assertWhole(tab, from));

        tabs.get(0).leave(lab.pages().origin() + "/elsewhere");
        lab.publish();
        lab.assertWhole(tabs.get(1), from);
        tabs.get(0).comeBack();
        lab.publish();

        assertThat(tabs.get(0).run("return window.kept")).isEqualTo(true);
        tabs.forEach(tab -> lab.assertWhole(tab, from));
        Chromium.await("one stream", () -> lab.streams() == 1);
    }

    @Test
    void anotherTakesOverWhenTheLeaderSleepsAndItIsToldLaterWhatItMissed() {
        List<Chromium.Tab> tabs = connected(3);
        long from = lab.next();
        lab.publish();
        tabs.forEach(tab -> lab.assertWhole(tab, from));

        tabs.get(0).freeze();
        lab.publish();
        tabs.subList(1, 3).forEach(tab -> lab.assertWhole(tab, from));
        tabs.get(0).wake();
        lab.publish();

        tabs.forEach(tab -> lab.assertWhole(tab, from));
        Chromium.await("one stream", () -> lab.streams() == 1);
    }

    @Test
    void eachHasItsOwnStreamWhereSharingIsOff() {
        List<Chromium.Tab> tabs = new ArrayList<>();
        tabs.add(lab.openWith("", "{share: false}", Lab.QUEUE));
        tabs.add(lab.openWith("delete Navigator.prototype.locks", SHARED, Lab.QUEUE));
        tabs.forEach(tab -> tab.awaitStatus("connected"));
        long from = lab.next();

        lab.publish();

        tabs.forEach(tab -> lab.assertWhole(tab, from));
        Chromium.await("two streams", () -> lab.streams() == 2);
    }
}
