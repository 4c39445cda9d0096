package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One page and its stream, through what happens to streams. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamIT {

    private static final int SHORT_TOKEN_SECONDS = 12;

    private static final List<String> SILENT_AT_MOST = List.of("connecting", "connected", "reconnecting silent");

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
        lab.tokensLive(600);
        lab.pages().tokens(lab::token);
    }

    private Chromium.Tab connected(String... selections) {
        Chromium.Tab tab = lab.open(selections);
        tab.awaitStatus("connected");
        return tab;
    }

    @Test
    void hearsWhatItAskedForOnOneStreamWithOneToken() {
        int asked = lab.pages().asked().size();
        Chromium.Tab tab = connected(Lab.QUEUE, "{downloadId: 'd-0'}");
        long from = lab.next();

        lab.publish();
        lab.publish("download:updates", "download_progress", new JsonObject().put("download_id", "d-0"));

        lab.assertWhole(tab, from);
        Chromium.await("one stream", () -> lab.streams() == 1);
        assertThat(lab.pages().asked().subList(asked, lab.pages().asked().size()))
                .containsExactly("download:d-0 queue");
        assertThat(tab.run("return heard[0].channel + ' ' + heard[0].type")).isEqualTo("queue:updates queue_update");
    }

    @Test
    void hearsWhatItAskedForWhereEachTokenIsForOneScope() {
        lab.pages().tokens(scopes -> lab.token(scopes.split(" ", 2)[0]));
        int asked = lab.pages().asked().size();
        Chromium.Tab tab = connected(Lab.QUEUE, "{downloadId: 'd-1'}");
        long from = lab.next();

        lab.publish();
        lab.publish("download:updates", "download_progress", new JsonObject().put("download_id", "d-1"));

        Chromium.await("both", () -> tab.numbers().containsAll(List.of(from, from + 1)));
        Chromium.await("a stream for each", () -> lab.streams() == 2);
        assertThat(lab.pages().asked().subList(asked, lab.pages().asked().size()))
                .containsExactlyInAnyOrder("download:d-1 queue", "download:d-1", "queue");
        assertThat(tab.uncaught()).isEmpty();
        assertThat(tab.errors()).isEmpty();
    }

    @Test
    void tellsALateListenerWhereItsDownloadStands() {
        lab.gateway().redis(Command.SET, "download:d-2:progress", "{\"n\":-1}");
        Chromium.Tab tab = connected(Lab.QUEUE);

        tab.run("listen({downloadId: 'd-2'})");

        Chromium.await("the snapshot", () -> tab.numbers().size() == 1);
        assertThat(tab.run("return heard[0].id")).isEqualTo("null");
        assertThat(tab.run("return heard[0].data.n")).isEqualTo(-1L);
    }

    @Test
    void losesAndRepeatsNothingWhenTheNetworkBreaks() {
        Chromium.Tab tab = connected(Lab.QUEUE);
        long from = lab.next();

        for (int time = 0; time < 2; time++) {
            lab.publish();
            int statuses = tab.statuses().size();
            lab.network().cut();
            lab.publish();
            tab.awaitWas("reconnecting", statuses);
            lab.publish();
            tab.awaitStatus("connected");
        }
        lab.publish();

        lab.assertWhole(tab, from);
    }

    @Test
    void goesOnAfterARestartOfTheGateway() {
        Chromium.Tab tab = connected(Lab.QUEUE);
        long from = lab.next();
        lab.publish();
        lab.assertWhole(tab, from);

        lab.stopGateway();
        tab.awaitStatus("reconnecting");
        lab.log();
        lab.log();
        lab.startGateway();
        tab.awaitStatus("connected");
        lab.publish();

        lab.assertWhole(tab, from);
    }

    @Test
    void saysWhenTheBackendIsAwayAndWhatMayBeMissing() {
        Chromium.Tab tab = connected(Lab.QUEUE);

        lab.redis().stop();
        Chromium.await("backend down", () -> "down".equals(tab.state().get("backend")));
        assertThat(tab.status()).isEqualTo("connected");
        lab.redis().restart();
        Chromium.await("backend up", () -> "up".equals(tab.state().get("backend")));

        Chromium.await("a gap", () -> tab.run("return gaps.length").equals(1L));
        assertThat(tab.run("return gaps[0].reason")).isEqualTo("log_lost");
        assertThat(tab.run("return gaps[0].channels.join()")).isEqualTo("queue:updates");
    }

    @Test
    void renewsItsTokenWithoutAGlimpseOfAnInterruption() {
        lab.tokensLive(SHORT_TOKEN_SECONDS);
        int asked = lab.pages().asked().size();
        Chromium.Tab tab = connected(Lab.QUEUE);
        long from = lab.next();

        Instant end = Instant.now().plus(Duration.ofSeconds(SHORT_TOKEN_SECONDS + 1));
        Chromium.await("its first token has ended", () -> {
            lab.publish();
            return Instant.now().isAfter(end);
        });

        lab.assertWhole(tab, from);
        assertThat(lab.pages().asked().size() - asked).isGreaterThanOrEqualTo(2);
        // A machine that stands still may make a stream look silent, but no token is the reason for anything.
        assertThat(tab.statuses()).startsWith("connecting", "connected").isSubsetOf(SILENT_AT_MOST);
    }

    @Test
    void asksForAnotherTokenWhenItsOwnIsRevoked() {
        Chromium.Tab tab = connected(Lab.QUEUE);
        long from = lab.next();

        int statuses = tab.statuses().size();

        lab.revoke();
        tab.awaitWas("reconnecting token_revoked", statuses);
        lab.publish();
        tab.awaitStatus("connected");

        lab.assertWhole(tab, from);
    }
}
