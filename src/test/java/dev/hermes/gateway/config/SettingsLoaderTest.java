package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(VertxExtension.class)
class SettingsLoaderTest {

    @TempDir
    Path folder;

    private Vertx vertx;
    private Loads loads;

    @BeforeEach
    void prepare(Vertx vertx) {
        this.vertx = vertx;
        this.loads = new Loads(vertx, folder);
    }

    @Test
    void takesTheDefaultWhereNothingIsWritten() {
        assertThat(loads.settings().http().port()).isEqualTo(8000);
    }

    @Test
    void takesTheFileOverTheDefault() {
        assertThat(loads.file("API_PORT=8001").settings().http().port()).isEqualTo(8001);
    }

    @Test
    void takesTheEnvironmentOverTheFile() {
        Settings settings = loads.file("API_PORT=8001").with("API_PORT", "8002").settings();

        assertThat(settings.http().port()).isEqualTo(8002);
    }

    @Test
    void takesAnEmptyVariableForNone() {
        Settings settings = loads.file("API_PORT=8001").with("API_PORT", "").settings();

        assertThat(settings.http().port()).isEqualTo(8001);
    }

    @Test
    void readsTheFileAsUtf8AndChangesNoValue() {
        Settings settings = loads.file("HERMES_SECRET_KEY=0012Schlüssel").settings();

        assertThat(settings.security().secretKey()).isEqualTo(new Settings.Secret("0012Schlüssel"));
    }

    @Test
    void refusesAFileThatIsNotUtf8() throws Exception {
        Files.write(folder.resolve("gateway.properties"), "HERMES_SECRET_KEY=ü".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(loads.problems())
                .containsExactly(new SettingsException.Problem(
                        "gateway.properties", "a byte that is not UTF-8", "text in UTF-8"));
    }

    @Test
    void refusesAFileThatCannotBeRead() throws Exception {
        Path file = Files.createDirectory(folder.resolve("gateway.properties"));

        assertThat(loads.problems())
                .containsExactly(
                        new SettingsException.Problem("gateway.properties", file.toString(), "a readable file"));
    }

    @Test
    void refusesAnUnknownNameInTheFile() {
        assertThat(loads.file("HERMES_PORT=1").problems())
                .containsExactly(new SettingsException.Problem(
                        "gateway.properties:1", "unknown name HERMES_PORT", "the names that --help lists"));
    }

    @Test
    void namesTheLineOfTheFile() {
        assertThat(loads.file("""
                        # a comment that ends in a backslash \\
                        API_PORT=80\\
                          00

                        HERMES_PAGES=true
                        """).problems())
                .extracting(SettingsException.Problem::name)
                .containsExactly("gateway.properties:5");
    }

    @Test
    void saysThatASettingIsNotSet() {
        assertThat(loads.forProduction().problems())
                .extracting(SettingsException.Problem::toString)
                .singleElement()
                .asString()
                .startsWith("HERMES_SECRET_KEY is not set; allowed: ");
    }

    @ParameterizedTest
    @CsvSource({
        "HERMES_ENABLE_SEE, true, HERMES_ENABLE_SSE",
        "HERMES_REDIS_URI, redis://one, HERMES_REDIS_URL",
        "HERMES_API_KEY, secret, HERMES_API_KEYS"
    })
    void warnsOfAMisspeltNameInTheEnvironmentWithTheRightOneAndWithoutItsValue(String name, String value, String right)
            throws Exception {
        assertThat(loads.with(name, value).loaded().warnings())
                .containsExactly("setting=" + name
                        + " reason=\"unknown name in the environment, it has no effect\" nearest=" + right);
    }

    @ParameterizedTest
    @CsvSource({
        "HERMES_DATABASE_URL, sqlite:",
        "HERMES_PORT, 8000",
        "HERMES_API_KEYZ, tcp://10.0.0.1:8000",
        "HERMES_SERVICE_HOST, 10.0.0.1",
        "REDIS_URL, redis://one"
    })
    void warnsOfNoNameThatOthersHave(String name, String value) throws Exception {
        assertThat(loads.with(name, value).loaded().warnings()).isEmpty();
    }

    @Test
    void refusesANameThatTheFileGivesTwice() {
        assertThat(loads.file("API_PORT=1\nAPI_PORT=2").problems())
                .containsExactly(new SettingsException.Problem(
                        "API_PORT", "a second value in gateway.properties:2", "one value"));
    }

    @Test
    void refusesAMalformedEscapeInTheFile() {
        assertThat(loads.file("API_PORT=\\u00g").problems())
                .containsExactly(new SettingsException.Problem(
                        "gateway.properties:1", "a malformed \\u escape", "\\u and four hexadecimal digits"));
    }

    @Test
    void ignoresUnknownNamesInTheEnvironment() {
        assertThat(loads.with("HERMES_DATABASE_URL", "sqlite:")
                        .settings()
                        .http()
                        .port())
                .isEqualTo(8000);
    }

    @Test
    void refusesAFolderThatIsNone() {
        String missing = folder.resolve("missing").toString();

        assertThat(loads.with("HERMES_CONF", missing).problems())
                .containsExactly(new SettingsException.Problem("HERMES_CONF", missing, "a folder"));
    }

    @Test
    void reportsEveryProblemAtOnce() {
        loads.forProduction()
                .file("HERMES_TYPO=1\nHERMES_CONFLATE_AFTER=-1")
                .channels("channels:\n  - name: 'a b'\n")
                .with("API_PORT", "http");

        assertThat(loads.problems())
                .extracting(SettingsException.Problem::name)
                .containsExactly(
                        "gateway.properties:1",
                        "channels.yaml:2: channels[0].name",
                        "channels.yaml:2: channels[0].heard-on",
                        "channels.yaml:2: channels[0].type",
                        "channels.yaml:2: channels[0].scope",
                        "HERMES_CONFLATE_AFTER",
                        "HERMES_SECRET_KEY",
                        "API_PORT");
    }

    @Test
    void saysNameValueAndWhatIsAllowedInOneLine() {
        assertThatThrownBy(() -> loads.with("API_PORT", "65536").settings())
                .hasMessage("API_PORT: 65536 is not allowed; allowed: a port from 1 to 65535, or 0 for any free one");
    }

    @Test
    void refusesProductionWithoutASecretKey() {
        assertThat(loads.forProduction().problems())
                .extracting(SettingsException.Problem::name)
                .containsExactly("HERMES_SECRET_KEY");
    }

    @Test
    void letsADemoGoWithoutASecretKey() {
        assertThat(loads.settings().security().secretKey()).isNull();
    }

    @Test
    void warnsOfASecretKeyThatIsShorterThanItsHash() {
        SettingsLoader.Loaded loaded = loads.with("HERMES_SECRET_KEY", "k".repeat(32))
                .with("HERMES_ALGORITHM", "HS384")
                .loaded();

        assertThat(loaded.warnings())
                .containsExactly("setting=HERMES_SECRET_KEY reason=\"short key\" bytes=32 advised=48");
    }

    @Test
    void doesNotWarnOfASecretKeyAsLongAsItsHash() {
        assertThat(loads.with("HERMES_SECRET_KEY", "k".repeat(32)).loaded().warnings())
                .isEmpty();
    }

    @Test
    void takesADeploymentsOwnJsonTypes() throws Exception {
        JsonObject deployment = new JsonObject()
                .put("API_PORT", 0)
                .put("HERMES_ENABLE_SSE", true)
                .put("HERMES_REDIS_URL", "none")
                .put("HERMES_SSE_STALL_TIMEOUT", "2m")
                .put("HERMES_API_KEYS", new JsonArray().add("one").add("two"))
                .put("HERMES_ALLOWED_ORIGINS", new JsonArray());

        Settings settings = embedded(deployment).settings();

        assertThat(settings.http().port()).isZero();
        assertThat(settings.sseEnabled()).isTrue();
        assertThat(settings.redis().present()).isFalse();
        assertThat(settings.streams().stallTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.security().apiKeys())
                .containsExactly(new Settings.Secret("one"), new Settings.Secret("two"));
        assertThat(settings.http().allowedOrigins()).isEmpty();
    }

    @Test
    void refusesAJsonTypeThatASettingCannotHave() {
        JsonObject deployment = new JsonObject().put("API_PORT", new JsonArray().add("8000"));

        assertThatThrownBy(() -> embedded(deployment))
                .hasMessage("API_PORT: a JSON value of the wrong type is not allowed;"
                        + " allowed: a port from 1 to 65535, or 0 for any free one");
    }

    @Test
    void leavesTheWorkingDirectoryToTheApplicationThatEmbedsIt() throws Exception {
        assertThat(embedded(new JsonObject()).file().path()).isNull();
    }

    @Test
    void takesTheFolderThatADeploymentNames() throws Exception {
        loads.file("API_PORT=8001");

        SettingsLoader.Loaded loaded = embedded(new JsonObject().put("HERMES_CONF", folder.toString()));

        assertThat(loaded.settings().http().port()).isEqualTo(8001);
        assertThat(loaded.file().path()).isEqualTo(folder.resolve("gateway.properties"));
    }

    @Test
    void warnsOfAnUnknownNameInADeployment() throws Exception {
        assertThat(embedded(new JsonObject().put("HERMES_PORT", 1).put("mine", 2))
                        .warnings())
                .containsExactly("setting=HERMES_PORT reason=\"unknown name in the deployment's configuration\"");
    }

    private SettingsLoader.Loaded embedded(JsonObject deployment) throws Exception {
        return SettingsLoader.load(vertx, deployment).await(20, TimeUnit.SECONDS);
    }
}
