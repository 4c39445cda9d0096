package dev.hermes.gateway.process;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Setting;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents say, held against what the gateway does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentsTest {

    private static final Pattern SETTING_ROW = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| (?:`([^`]*)`|none) \\|");

    private Vertx vertx;

    @BeforeAll
    void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    void close() {
        await(vertx.close());
    }

    static List<Documents.Block> properties() {
        return Documents.blocks("properties");
    }

    static List<Documents.Block> catalogues() {
        return Documents.blocks("yaml");
    }

    static List<Documents.Block> json() {
        return Documents.blocks("json");
    }

    @Test
    void theSettingsDocumentNamesEverySettingWithItsDefault() {
        List<String> documented = SETTING_ROW
                .matcher(Documents.read(Documents.named("configuration.md")))
                .results()
                .map(row -> row.group(1) + "=" + Objects.requireNonNullElse(row.group(2), "none"))
                .toList();

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(SettingsLoader.descriptions().stream()
                        .map(DocumentsTest::withDefault)
                        .toList());
    }

    private static String withDefault(Setting.Description setting) {
        return setting.name() + "=" + Objects.requireNonNullElse(setting.defaultValue(), "none");
    }

    @ParameterizedTest
    @MethodSource("properties")
    void everyBlockOfSettingsLoads(Documents.Block block, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("gateway.properties"), block.text());

        assertThat(load(folder).warnings()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("catalogues")
    void everyCatalogueLoads(Documents.Block block, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("channels.yaml"), block.text());

        assertThat(load(folder).settings().catalogue().channels()).isNotEmpty();
    }

    private SettingsLoader.Loaded load(Path folder) {
        Map<String, String> environment =
                Map.of(SettingsLoader.FOLDER, folder.toString(), "HERMES_SECRET_KEY", RunningGateway.SECRET_KEY);
        return await(SettingsLoader.load(vertx, environment, SettingsLoader.Mode.PRODUCTION));
    }

    @ParameterizedTest
    @MethodSource("json")
    void everyJsonBlockIsJson(Documents.Block block) {
        assertThat(Json.decodeValue(block.text())).isNotNull();
    }

    @Test
    void everyLinkLeadsSomewhere() {
        assertThat(Documents.links()).hasSizeGreaterThan(10).allSatisfy(link -> {
            String[] target = link.target().split("#", 2);
            Path file = target[0].isEmpty()
                    ? link.file()
                    : link.file().resolveSibling(target[0]).normalize();
            assertThat(file).exists();
            if (target.length == 2) {
                assertThat(Documents.anchors(file)).contains(target[1]);
            }
        });
    }

    @Test
    void theReadmeNamesTheCommandsThatAreTested() {
        String readme = Documents.read(Path.of("README.md"));

        assertThat(readme)
                .contains("java @conf/jvm.options -jar " + RunningJar.JAR + " demo\n")
                .contains("mvn -B verify\n");
        assertThat(readme.split("<!-- library-example -->", -1)).hasSize(2);
    }
}
