package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class RedisReaderTest {

    private static final String TWO_NODES = "redis://one:26379,redis://two:26379";

    @TempDir
    Path folder;

    private Loads loads;

    @BeforeEach
    void prepare(Vertx vertx) {
        loads = new Loads(vertx, folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:6379",
                "http://localhost",
                "redis://",
                "redis://host:0",
                "redis://host:70000",
                "redis://host/first",
                "redis://host/-1",
                "redis://host?db=1",
                "redis://host#1",
                "redis://a b",
                "redis://one,",
                "redis://one,rediss://two",
                "redis://one/1,redis://two/2",
                "none,redis://host",
            })
    void refusesAUrlOfAnotherForm(String url) {
        assertThat(loads.with("HERMES_REDIS_URL", url)
                        .with("HERMES_REDIS_CLUSTER", "true")
                        .problems())
                .extracting(SettingsException.Problem::name, SettingsException.Problem::allowed)
                .containsExactly(tuple("HERMES_REDIS_URL", Setting.HERMES_REDIS_URL.allowed));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://localhost",
                "rediss://redis.example:6380",
                "redis://:password@localhost:6379",
                "redis://user:pass%40word@[::1]:6379/3",
            })
    void keepsTheUrlAsItIsWritten(String url) {
        assertThat(loads.with("HERMES_REDIS_URL", url).settings().redis().nodes())
                .containsExactly(new Settings.Secret(url));
    }

    @Test
    void takesNoneForNoRedis() {
        assertThat(loads.with("HERMES_REDIS_URL", "none").settings().redis().present())
                .isFalse();
    }

    @Test
    void refusesSeveralNodesWithoutSentinelOrCluster() {
        assertThat(loads.with("HERMES_REDIS_URL", TWO_NODES).problems())
                .containsExactly(new SettingsException.Problem(
                        "HERMES_REDIS_URL",
                        TWO_NODES,
                        "one node, or several with HERMES_REDIS_SENTINEL_MASTER or HERMES_REDIS_CLUSTER=true"));
    }

    @Test
    void takesSeveralSentinels() {
        Settings.Redis redis = loads.with("HERMES_REDIS_URL", TWO_NODES)
                .with("HERMES_REDIS_SENTINEL_MASTER", "mymaster")
                .settings()
                .redis();

        assertThat(redis.nodes())
                .containsExactly(new Settings.Secret("redis://one:26379"), new Settings.Secret("redis://two:26379"));
        assertThat(redis.sentinelMaster()).isEqualTo("mymaster");
    }

    @Test
    void refusesSentinelAndClusterTogether() {
        assertThat(loads.with("HERMES_REDIS_SENTINEL_MASTER", "mymaster")
                        .with("HERMES_REDIS_CLUSTER", "true")
                        .problems())
                .containsExactly(new SettingsException.Problem(
                        "HERMES_REDIS_SENTINEL_MASTER", "mymaster", Setting.HERMES_REDIS_SENTINEL_MASTER.allowed));
    }

    @ParameterizedTest
    @CsvSource({"redis://host/3,,3", "redis://host/3,3,3", "redis://host,4,4", "redis://host/,5,5", "redis://host,,0"})
    void takesTheDatabaseFromWhereItIsNamed(String url, String database, int expected) {
        loads.with("HERMES_REDIS_URL", url);
        if (database != null) {
            loads.with("HERMES_REDIS_DB", database);
        }

        assertThat(loads.settings().redis().database()).isEqualTo(expected);
    }

    @Test
    void refusesTwoDatabasesThatContradict() {
        assertThat(loads.with("HERMES_REDIS_URL", "redis://host/3")
                        .with("HERMES_REDIS_DB", "4")
                        .problems())
                .containsExactly(
                        new SettingsException.Problem("HERMES_REDIS_DB", "4", Setting.HERMES_REDIS_DB.allowed));
    }

    @Test
    void refusesAnotherDatabaseThanZeroInACluster() {
        assertThat(loads.with("HERMES_REDIS_CLUSTER", "true")
                        .with("HERMES_REDIS_DB", "1")
                        .problems())
                .containsExactly(new SettingsException.Problem("HERMES_REDIS_DB", "1", "database 0 in a Cluster"));
    }

    @Test
    void takesACaFileThatIsThere() throws Exception {
        Path caFile = Files.createFile(folder.resolve("ca.pem"));

        assertThat(loads.with("HERMES_REDIS_CA_FILE", caFile.toString())
                        .with("HERMES_REDIS_URL", "rediss://host")
                        .settings()
                        .redis()
                        .caFile())
                .isEqualTo(caFile);
    }

    @Test
    void warnsOfACaFileThatNoNodeUses() throws Exception {
        Path caFile = Files.createFile(folder.resolve("ca.pem"));

        assertThat(loads.with("HERMES_REDIS_CA_FILE", caFile.toString())
                        .loaded()
                        .warnings())
                .containsExactly("setting=HERMES_REDIS_CA_FILE reason=\"no node of HERMES_REDIS_URL is rediss://\"");
    }
}
