package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Channel.CatchUp;
import dev.hermes.gateway.config.Channel.OnConnect;
import dev.hermes.gateway.config.Channel.ScopeRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The files in {@code conf} are what the jar carries and what operators read: they and the code must agree. */
class DefaultFilesTest {

    private static final Path CONF = Path.of("conf");

    @Test
    void thePropertiesFileShowsEverySettingWithItsDefaultAndMeaning() throws Exception {
        String described = SettingsLoader.descriptions().stream()
                .map(setting -> "\n# " + setting.meaning() + "\n# Allowed: " + setting.allowed() + ".\n#"
                        + setting.name() + "=" + (setting.defaultValue() == null ? "" : setting.defaultValue()) + "\n")
                .collect(Collectors.joining());

        assertThat(Files.readString(CONF.resolve("gateway.properties"))).endsWith("\n" + described.substring(1));
    }

    @Test
    void thePropertiesFileSetsNothing() throws Exception {
        assertThat(Files.readAllLines(CONF.resolve("gateway.properties")))
                .allMatch(line -> line.isBlank() || line.startsWith("#"));
    }

    @Test
    void theCatalogueHoldsHermesOwnChannels() throws Exception {
        SettingsException.Problems findings = new SettingsException.Problems();

        Catalogue catalogue =
                CatalogueReader.read("channels.yaml", Files.readString(CONF.resolve("channels.yaml")), findings);

        assertThat(findings.problems()).isEmpty();
        assertThat(catalogue.channels().values())
                .containsExactly(
                        new Channel(
                                "download:updates",
                                List.of("download:updates"),
                                List.of(new Channel.KeyPattern("download:", ":progress")),
                                "download_progress",
                                new ScopeRule("download", true),
                                "download_id",
                                List.of("download_id", "status"),
                                "downloads",
                                OnConnect.SNAPSHOT,
                                new Channel.KeyPattern("download:", ":progress"),
                                CatchUp.LATEST_PER_KEY),
                        new Channel(
                                "queue:updates",
                                List.of("queue:updates"),
                                List.of(),
                                "queue_update",
                                new ScopeRule("queue", false),
                                "download_id",
                                List.of("download_id", "status", "action"),
                                "queue",
                                OnConnect.LAST_EVENT,
                                null,
                                CatchUp.ALL),
                        new Channel(
                                "stats:updates",
                                List.of("stats:updates", "queue:stats"),
                                List.of(),
                                "stats_update",
                                new ScopeRule("stats", false),
                                null,
                                List.of("event"),
                                "stats",
                                OnConnect.LAST_EVENT,
                                null,
                                CatchUp.LATEST),
                        new Channel(
                                "system:notifications",
                                List.of("system:notifications"),
                                List.of(),
                                "system_notification",
                                new ScopeRule("system", false),
                                null,
                                List.of("notification_type"),
                                "system",
                                OnConnect.NOTHING,
                                null,
                                CatchUp.ALL),
                        lastEventOnly("analytics:updates", "analytics_update", "analytics"),
                        lastEventOnly("storage:updates", "storage_update", "storage"));
    }

    private static Channel lastEventOnly(String name, String type, String scope) {
        return new Channel(
                name,
                List.of(name),
                List.of(),
                type,
                new ScopeRule(scope, false),
                null,
                List.of(),
                null,
                OnConnect.LAST_EVENT,
                null,
                CatchUp.LATEST);
    }
}
