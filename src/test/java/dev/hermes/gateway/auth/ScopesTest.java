package dev.hermes.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Channel.ScopeRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopesTest {

    private static final ScopeRule DOWNLOAD = new ScopeRule("download", true);
    private static final ScopeRule QUEUE = new ScopeRule("queue", false);
    private static final ScopeRule STATS = new ScopeRule("stats", false);

    @Test
    void aPlainScopeAllowsItsChannelAndNoOther() {
        Scopes scopes = Scopes.of("queue");

        assertThat(scopes.allows(QUEUE)).isTrue();
        assertThat(scopes.allows(STATS)).isFalse();
        assertThat(scopes.allowsKey(STATS, "x")).isFalse();
    }

    @Test
    void severalScopesStandBetweenSpaces() {
        Scopes scopes = Scopes.of(" queue  stats ");

        assertThat(scopes.allows(QUEUE)).isTrue();
        assertThat(scopes.allows(STATS)).isTrue();
    }

    @Test
    void aKeyedScopeAllowsItsKeyButNotTheChannel() {
        Scopes scopes = Scopes.of("download:a download:b");

        assertThat(scopes.allows(DOWNLOAD)).isFalse();
        assertThat(scopes.allowsKey(DOWNLOAD, "a")).isTrue();
        assertThat(scopes.allowsKey(DOWNLOAD, "c")).isFalse();
        assertThat(scopes.keysFor(DOWNLOAD)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void theWholeScopeAllowsAnyKey() {
        Scopes scopes = Scopes.of("download:* download:a");

        assertThat(scopes.allows(DOWNLOAD)).isTrue();
        assertThat(scopes.allowsKey(DOWNLOAD, "anything")).isTrue();
        assertThat(scopes.keysFor(DOWNLOAD)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "*", "download", "download:", "download:a*", "download:**", "down*", "Queue", "queue:*"
            })
    void nothingElseIsAWildcard(String text) {
        Scopes scopes = Scopes.of(text);

        assertThat(scopes.allows(DOWNLOAD)).isFalse();
        assertThat(scopes.allows(QUEUE)).isFalse();
        assertThat(scopes.allowsKey(DOWNLOAD, "abc")).isFalse();
        assertThat(scopes.allowsKey(DOWNLOAD, "")).isFalse();
        assertThat(scopes.keysFor(DOWNLOAD)).isEmpty();
    }

    @Test
    void aStarIsNoKey() {
        assertThat(Scopes.of("download:a*").allowsKey(DOWNLOAD, "a*")).isFalse();
    }

    @Test
    void everythingAllowsEveryChannelAndKey() {
        assertThat(Scopes.everything().allows(QUEUE)).isTrue();
        assertThat(Scopes.everything().allows(DOWNLOAD)).isTrue();
        assertThat(Scopes.everything().allowsKey(DOWNLOAD, "a")).isTrue();
        assertThat(Scopes.everything().keysFor(DOWNLOAD)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue", "download:*", "download:a", "queue download:A-z_0.~", "queue queue"})
    void aNewTokenMayCarryScopesOfTheCatalogue(String text) {
        assertThat(Scopes.valid(text, catalogue())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "stats",
                "download",
                "download:",
                "download:a b",
                "download:a/b",
                "download:a*",
                "queue:a",
                "queue:*",
                "*",
                "queue  download:a",
                " queue",
                "queue ",
                "queue\tdownload:a",
                "queue\n",
                "Queue",
                "queue,download:a",
                "download:é"
            })
    void aNewTokenMayCarryNothingElse(String text) {
        assertThat(Scopes.valid(text, catalogue())).isFalse();
    }

    @Test
    void aKeyHasAtMostTwoHundredCharacters() {
        assertThat(Scopes.valid("download:" + "a".repeat(200), catalogue())).isTrue();
        assertThat(Scopes.valid("download:" + "a".repeat(201), catalogue())).isFalse();
    }

    private static Catalogue catalogue() {
        return Catalogue.of(List.of(channel("download:updates", DOWNLOAD), channel("queue:updates", QUEUE)));
    }

    private static Channel channel(String name, ScopeRule scope) {
        return new Channel(
                name,
                List.of(name),
                List.of(),
                "any",
                scope,
                null,
                List.of(),
                null,
                Channel.OnConnect.NOTHING,
                null,
                Channel.CatchUp.ALL);
    }
}
