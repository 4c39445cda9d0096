package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.process.HermesSite.Outage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Today's queue page asks Hermes for the queue once and then at each event, and never else; its hook opens streams without a
 * cursor. What changed while it was cut off it sees all the same.
 */
class QueuePageIT {

    /** The page itself waits up to three seconds before it comes back, and on a busy machine its browser waits for more. */
    private static final Duration SEEN = Duration.ofSeconds(30);

    @TempDir
    Path temporary;

    @BeforeEach
    void require() {
        Browser.require();
        PrintedProxy.require();
    }

    /** Its event is lost, as pub/sub has it; the last one before it, with which the new stream begins, has the page ask. */
    @Test
    void seesWhatChangedWhileNoGatewayListened() {
        try (HermesSite site = new HermesSite(temporary, 1)) {
            List<HermesTab> pages = open(site);
            for (Outage outage : List.of(new Outage("TERM", 1_000), new Outage("KILL", 1_000))) {
                site.stop(0, outage.signal());
                int changes = site.hermes().change();
                site.publish();
                site.startAfter(0, Duration.ofMillis(outage.millis()));

                assertShown(pages, changes);
            }
        }
    }

    /** Its event is in the log. */
    @Test
    void seesWhatChangedWhileOnlyAnotherGatewayListened() {
        try (HermesSite site = new HermesSite(temporary, 2)) {
            List<HermesTab> pages = open(site);
            for (Outage outage : List.of(new Outage("TERM", 1_000), new Outage("KILL", 1_000))) {
                int gateway = outage.signal().equals("TERM") ? 0 : 1;
                site.stop(gateway, outage.signal());
                int changes = site.hermes().change();
                site.publish();

                assertShown(pages, changes);
                site.startAfter(gateway, Duration.ofMillis(outage.millis()));
            }
        }
    }

    private static List<HermesTab> open(HermesSite site) {
        PrintedProxy caddy = site.with(PrintedProxy.caddy(
                site.folder("caddy"),
                PrintedProxy.block("caddyfile", "README.md", true),
                true,
                site.hermes().port(),
                site.ports()));
        PrintedProxy nginx = site.with(PrintedProxy.nginx(
                site.folder("nginx"),
                PrintedProxy.block("nginx", "deployment.md", true),
                true,
                site.hermes().port(),
                site.ports()));
        List<HermesTab> pages = List.of(
                new HermesTab(site.browser(), "caddy", caddy.origin(), "page=queue"),
                new HermesTab(site.browser(), "nginx", nginx.origin(), "page=queue"));
        for (HermesTab page : pages) {
            await().until(() -> page.number("streams.filter(({isConnected}) => isConnected).length") == 1);
        }
        int changes = site.hermes().change();
        site.publish();
        assertShown(pages, changes);
        return pages;
    }

    private static void assertShown(List<HermesTab> pages, int changes) {
        for (HermesTab page : pages) {
            await(page.name() + " shows change " + changes).atMost(SEEN).until(() -> page.changesShown() == changes);
            assertThat(page.failures()).isEmpty();
        }
    }
}
