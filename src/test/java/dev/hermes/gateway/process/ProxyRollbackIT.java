package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way back, as the documents print it: open pages go on at Hermes' own streams. */
class ProxyRollbackIT {

    @TempDir
    Path temporary;

    @Test
    void openPagesMoveToHermesWithoutAReload() {
        Browser.require();
        PrintedProxy.require();
        String caddy = PrintedProxy.block("caddyfile", "README.md", true);
        String nginx = PrintedProxy.block("nginx", "deployment.md", true);
        try (HermesSite site = new HermesSite(temporary, 1)) {
            int hermes = site.hermes().port();
            PrintedProxy first = site.with(PrintedProxy.caddy(site.folder("caddy"), caddy, true, hermes, site.ports()));
            PrintedProxy second =
                    site.with(PrintedProxy.nginx(site.folder("nginx"), nginx, true, hermes, site.ports()));
            for (PrintedProxy proxy : List.of(first, second)) {
                site.open(proxy.name(), proxy.origin(), "");
            }
            site.publishAllTheTime();
            site.awaitShown(1);
            assertThat(site.hermes().streams()).isZero();
            long begun = System.currentTimeMillis();

            first.shell(command("README.md", "caddy reload"), site.ports()[0], hermes);
            second.shell(command("deployment.md", "nginx -s reload"), site.ports()[0], hermes);
            site.stop(0, "TERM");

            await().atMost(Duration.ofSeconds(10)).until(() -> site.hermes().streams() == 6);
            site.awaitShown(site.published() + 1);
            site.tabs().forEach(tab -> System.out.println("rolled back, " + tab.diary(begun)));
            assertThat(site.tabs()).allSatisfy(tab -> assertThat(tab.failures()).isEmpty());
        }
    }

    private static String command(String in, String what) {
        return Documents.blocks("sh").stream()
                .filter(block -> block.file().endsWith(in) && block.text().contains(what))
                .map(Documents.Block::text)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + what + " in " + in));
    }
}
