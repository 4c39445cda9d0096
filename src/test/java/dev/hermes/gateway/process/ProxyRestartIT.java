package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.process.HermesSite.Outage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Today's pages of Hermes, behind each proxy as the documents say, while gateways end and come back. */
class ProxyRestartIT {

    private static final Duration LIVE_AGAIN = Duration.ofSeconds(5);
    private static final Duration RECONNECT = Duration.ofSeconds(4);

    @TempDir
    Path temporary;

    @BeforeEach
    void require() {
        Browser.require();
        PrintedProxy.require();
    }

    /**
     * The first two have Hermes' tokens, the others the gateway's. All but the last over HTTP/2.
     *
     * @param caddyIn the document with the block of Caddy for so many gateways
     */
    private static List<PrintedProxy> openBehindEachProxy(HermesSite site, String caddyIn) {
        String caddy = PrintedProxy.block("caddyfile", caddyIn, true);
        String tokens = PrintedProxy.block("caddyfile", "deployment.md", false);
        String nginx = PrintedProxy.block("nginx", "deployment.md", true);
        int hermes = site.hermes().port();
        return List.of(
                open(site, PrintedProxy.caddy(site.folder("caddy"), caddy, true, hermes, site.ports())),
                open(site, PrintedProxy.nginx(site.folder("nginx"), nginx, true, hermes, site.ports())),
                open(site, PrintedProxy.caddy(site.folder("caddy-with-tokens"), tokens, true, hermes, site.ports())),
                open(
                        site,
                        PrintedProxy.nginx(
                                site.folder("nginx-with-tokens-http1"),
                                PrintedProxy.withoutHermesTokens(nginx),
                                false,
                                hermes,
                                site.ports())));
    }

    private static PrintedProxy open(HermesSite site, PrintedProxy proxy) {
        site.open(proxy.name(), proxy.origin(), HermesTab.RENEWED_OFTEN);
        return site.with(proxy);
    }

    @Test
    @Timeout(value = 600, unit = TimeUnit.SECONDS)
    void everyOpenPageIsLiveAgainWithin5SecondsOfTheGatewaysReturn() {
        try (HermesSite site = new HermesSite(temporary, 1)) {
            List<PrintedProxy> proxies = openBehindEachProxy(site, "README.md");
            RunningCaddy own = site.with(RunningCaddy.start(site.folder("Caddyfile"), site.ports()[0]));
            site.open(
                    "Caddyfile",
                    "http://localhost:" + site.hermes().port(),
                    HermesTab.RENEWED_OFTEN + "&events=https://localhost:" + own.port() + "/api/v1");
            site.publishAllTheTime();
            site.awaitShown(1);

            for (Outage outage :
                    List.of(new Outage("TERM", 100), new Outage("KILL", 100), new Outage("KILL", 30_000))) {

                long ended = System.currentTimeMillis();
                site.stop(0, outage.signal());
                site.startAfter(0, Duration.ofMillis(outage.millis()));
                long ready = System.currentTimeMillis();
                long number = site.published() + 1;
                site.awaitShown(number);
                site.awaitTokens();

                System.out.printf("%s, ready again after %d ms%n", outage, ready - ended);
                site.tabs().forEach(tab -> System.out.println("  " + tab.diary(ended)));
                assertThat(site.tabs()).allSatisfy(tab -> {
                    assertThat(tab.failures()).as("failures of %s", tab.name()).isEmpty();
                    assertThat(tab.tookToShow(number, ready)).as(tab.name()).isLessThan(LIVE_AGAIN);
                });
                if (outage.millis() > HermesTab.RENEWED_AFTER_MILLIS) {
                    assertThat(site.tabs())
                            .allSatisfy(tab -> assertThat(tab.number("renewedDuring(" + ended + ", " + ready + ")"))
                                    .as("tokens that %s waited for meanwhile", tab.name())
                                    .isPositive());
                }
            }
            assertThat(proxies.stream().filter(proxy -> proxy.name().startsWith("nginx")))
                    .noneMatch(proxy -> proxy.hasWritten("sse_"));
        }
    }

    @Test
    void withTwoGatewaysNoPageStandsStill() {
        try (HermesSite site = new HermesSite(temporary, 2)) {
            openBehindEachProxy(site, "deployment.md");
            site.publishAllTheTime();
            site.awaitShown(1);

            for (Outage outage : List.of(new Outage("TERM", 2_000), new Outage("KILL", 2_000))) {
                int gateway = outage.signal().equals("TERM") ? 0 : 1;
                long ended = System.currentTimeMillis();
                long number = site.published();
                site.awaitShown(number);
                site.stop(gateway, outage.signal());
                site.startAfter(gateway, Duration.ofMillis(outage.millis()));
                site.awaitShown(site.published() + 1);

                System.out.printf("one of two, %s%n", outage);
                site.tabs().forEach(tab -> System.out.println("  " + tab.diary(ended)));
                assertThat(site.tabs()).allSatisfy(tab -> {
                    assertThat(tab.failures()).as("failures of %s", tab.name()).isEmpty();
                    assertThat(tab.longestStandstill(number)).as(tab.name()).isLessThan(RECONNECT);
                });
            }
        }
    }
}
