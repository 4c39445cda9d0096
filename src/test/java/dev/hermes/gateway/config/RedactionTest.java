package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class RedactionTest {

    private static final String HIDDEN = "hunter2";

    @TempDir
    Path folder;

    private Loads loads;

    @BeforeEach
    void prepare(Vertx vertx) {
        loads = new Loads(vertx, folder);
    }

    @Test
    void whatIsLoadedPrintsNoSecret() {
        SettingsLoader.Loaded loaded = loads.with("HERMES_SECRET_KEY", HIDDEN)
                .with("HERMES_API_KEYS", HIDDEN + "a," + HIDDEN + "b")
                .with("HERMES_REDIS_URL", "redis://user:" + HIDDEN + "@host")
                .loaded();

        assertThat(loaded.settings().security().secretKey()).isEqualTo(new Settings.Secret(HIDDEN));
        assertThat(loaded.toString()).doesNotContain(HIDDEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://user:hunter2@host:99999",
                "redis://user:hunter2@host/notANumber",
                "redis//:hunter2@host",
                "redis://:hunter2",
                "redis://host?password=hunter2",
                "redis://one,redis://:hunter2@two",
                "redis://:hunter2@@two",
            })
    void aRefusedRedisUrlShowsNoPassword(String url) {
        assertThat(loads.with("HERMES_REDIS_URL", url).problems())
                .isNotEmpty()
                .noneMatch(problem -> problem.toString().contains(HIDDEN));
    }

    @Test
    void aRefusedRedisUrlStillShowsTheNodesThatCanBeRead() {
        assertThat(loads.with("HERMES_REDIS_URL", "redis://:hunter2@one:6379/2,redis//two")
                        .problems())
                .extracting(SettingsException.Problem::value)
                .containsExactly("redis://one:6379/2,***");
    }

    @ParameterizedTest
    @CsvSource({
        "reds://one:6379,               reds://one:6379",
        "redis://one:70000/2,           redis://one:70000/2",
        "redis://me:hunter2@one:70000,  redis://***@one:70000",
        "redis://hun#ter2@one/x?y,      redis://***@one/x?***",
    })
    void ofARefusedRedisUrlOnlyThePasswordIsHidden(String url, String shown) {
        assertThat(loads.with("HERMES_REDIS_URL", url).problems())
                .extracting(SettingsException.Problem::value)
                .containsExactly(shown);
    }

    @Test
    void aRefusedAddressOfHermesShowsNoPassword() {
        assertThat(loads.with("HERMES_IDENTITY_URL", "http://gateway:hunter2@hermes/me")
                        .problems())
                .containsExactly(new SettingsException.Problem(
                        "HERMES_IDENTITY_URL", "***", Setting.HERMES_IDENTITY_URL.allowed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2,,other", "[hunter2", "hunter2,schlüssel"})
    void refusedApiKeysAreNotShown(String keys) {
        assertThat(loads.with("HERMES_API_KEYS", keys).problems())
                .containsExactly(
                        new SettingsException.Problem("HERMES_API_KEYS", "***", Setting.HERMES_API_KEYS.allowed));
    }

    @Test
    void aLineOfTheFileThatIsNoSettingIsNotShown() {
        assertThat(loads.file("HERMES_SECRET_KEY=first\nhunter2").problems())
                .containsExactly(new SettingsException.Problem(
                        "gateway.properties:2", "a line that is no setting", "the names that --help lists"));
    }

    @Test
    void aSecretWrittenTwiceIsNotShown() {
        assertThat(loads.file("HERMES_SECRET_KEY=hunter2\nHERMES_SECRET_KEY=hunter2")
                        .problems())
                .isNotEmpty()
                .noneMatch(problem -> problem.toString().contains(HIDDEN));
    }
}
