package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class SettingValuesTest {

    @TempDir
    Path folder;

    private Loads loads;

    @BeforeEach
    void prepare(Vertx vertx) {
        loads = new Loads(vertx, folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HERMES_ENABLE_SSE | maybe",
                "HERMES_SSE_HEARTBEAT_INTERVAL | 0",
                "HERMES_SSE_HEARTBEAT_INTERVAL | 500ms",
                "HERMES_SSE_HEARTBEAT_INTERVAL | 1.5",
                "HERMES_SSE_HEARTBEAT_INTERVAL | 1000000001",
                "HERMES_SSE_MAX_CONNECTIONS | 0",
                "HERMES_SSE_MAX_CONNECTIONS | 2147483648",
                "HERMES_SSE_MAX_CONNECTIONS_PER_ADDRESS | -1",
                "HERMES_TRUSTED_PROXIES | proxy.example",
                "HERMES_TRUSTED_PROXIES | 10.0.0.0/33",
                "HERMES_TRUSTED_PROXIES | 10.0.0.1,",
                "HERMES_TRUSTED_PROXIES | [10.0.0.1]",
                "HERMES_SSE_CONNECTION_TIMEOUT | -1",
                "HERMES_SSE_STALL_TIMEOUT | 0",
                "HERMES_CONFLATE_AFTER | many",
                "HERMES_REDIS_DB | -1",
                "HERMES_REDIS_SENTINEL_MASTER | my master",
                "HERMES_REDIS_CLUSTER | both",
                "HERMES_REDIS_CA_FILE | /nowhere/ca.pem",
                "HERMES_SSE_HISTORY | disk",
                "HERMES_HISTORY_MAX_EVENTS | 0",
                "HERMES_HISTORY_MAX_AGE | 0",
                "HERMES_HISTORY_MAX_BYTES | 0",
                "HERMES_HISTORY_MAX_BYTES | 64MB",
                "HERMES_HISTORY_MAX_BYTES | 9223372036854775807GiB",
                "HERMES_MAX_EVENT_BYTES | 0",
                "HERMES_MAX_EVENT_BYTES | 513MiB",
                "HERMES_ALGORITHM | none",
                "HERMES_ALGORITHM | RS256",
                "HERMES_IDENTITY_URL | hermes:8000/api/v1/auth/me",
                "HERMES_IDENTITY_URL | /api/v1/auth/me",
                "HERMES_IDENTITY_URL | ftp://hermes/me",
                "HERMES_IDENTITY_URL | http://hermes/me#top",
                "HERMES_ALLOWED_ORIGINS | app.example",
                "HERMES_ALLOWED_ORIGINS | https://app.example/page/",
                "HERMES_ALLOWED_ORIGINS | https://app.example//",
                "HERMES_ALLOWED_ORIGINS | https://App.example",
                "HERMES_ALLOWED_ORIGINS | [1]",
                "HERMES_ALLOWED_ORIGINS | ['https://app.example']",
                "HERMES_ALLOWED_ORIGINS | *",
                "HERMES_ALLOW_CREDENTIALS | 2",
                "HERMES_RATE_LIMIT_PER_MINUTE | 0",
                "HERMES_DEBUG | debug",
                "HERMES_LOG_LEVEL | verbose",
                "HERMES_LOG_FORMAT | xml",
                "API_PORT | 65536",
                "API_PORT | -1",
                "HERMES_MANAGEMENT_PORT | 65536",
                "HERMES_MANAGEMENT_PORT | 8000",
                "HERMES_MANAGEMENT_HOST | http://localhost",
                "HERMES_DRAIN_TIMEOUT | 0",
                "VITE_SSE_ENABLED | si",
                "VITE_API_BASE_URL | api/v1",
                "VITE_API_BASE_URL | http://",
            })
    void refusesWhatASettingDoesNotAllow(String name, String value) {
        SettingsException.Problem problem = new SettingsException.Problem(name, value, Setting.valueOf(name).allowed);

        assertThat(loads.with(name, value).problems()).containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource({
        "true,true",
        "TRUE,true",
        "1,true",
        "yes,true",
        "On,true",
        "false,false",
        "0,false",
        "no,false",
        "OFF,false"
    })
    void readsTheFlagsThatHermesReads(String text, boolean state) {
        assertThat(loads.with("HERMES_ENABLE_SSE", text).settings().sseEnabled())
                .isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "15s,15", "5m,300", "2h,7200", "1000000000,1000000000"})
    void readsDurations(String text, long seconds) {
        assertThat(loads.with("HERMES_SSE_STALL_TIMEOUT", text)
                        .settings()
                        .streams()
                        .stallTimeout())
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "512KiB,524288", "64MiB,67108864", "3GiB,3221225472"})
    void readsBytes(String text, long bytes) {
        assertThat(loads.with("HERMES_HISTORY_MAX_BYTES", text)
                        .settings()
                        .history()
                        .maxBytes())
                .isEqualTo(bytes);
    }

    @Test
    void takesZeroForNoConnectionTimeout() {
        Settings settings = loads.with("HERMES_SSE_CONNECTION_TIMEOUT", "0").settings();

        assertThat(settings.streams().connectionTimeout()).isZero();
    }

    @Test
    void keepsTheLogInMemoryWithoutRedis() {
        assertThat(loads.settings().history().store()).isEqualTo(Settings.History.Store.REDIS);
        assertThat(loads.with("HERMES_REDIS_URL", "none").settings().history().store())
                .isEqualTo(Settings.History.Store.MEMORY);
    }

    @Test
    void refusesALogInRedisWithoutRedis() {
        assertThat(loads.with("HERMES_SSE_HISTORY", "redis")
                        .with("HERMES_REDIS_URL", "none")
                        .problems())
                .contains(new SettingsException.Problem(
                        "HERMES_SSE_HISTORY", "redis", "memory, since HERMES_REDIS_URL is none"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://a.example,http://localhost:3000",
                "https://a.example http://localhost:3000",
                "https://a.example, http://localhost:3000",
                "[\"https://a.example\", \"http://localhost:3000\"]",
            })
    void readsOriginsHoweverTheyAreListed(String text) {
        assertThat(loads.with("HERMES_ALLOWED_ORIGINS", text).settings().http().allowedOrigins())
                .containsExactly("https://a.example", "http://localhost:3000");
    }

    @Test
    void takesTheSlashOffAnOriginAndWarns() {
        SettingsLoader.Loaded loaded = loads.with("HERMES_ALLOWED_ORIGINS", "https://a.example/,https://b.example")
                .loaded();

        assertThat(loaded.settings().http().allowedOrigins()).containsExactly("https://a.example", "https://b.example");
        assertThat(loaded.warnings())
                .singleElement()
                .asString()
                .contains("setting=HERMES_ALLOWED_ORIGINS", "value=https://a.example/");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                key-1,key-2
                key-1 key-2
                key-1, key-2
                ["key-1","key-2"]
                [ "key-1", "key-2" ]
                """)
    void readsApiKeysHoweverTheyAreListed(String text) {
        assertThat(loads.with("HERMES_API_KEYS", text).settings().security().apiKeys())
                .extracting(Settings.Secret::reveal)
                .containsExactly("key-1", "key-2");
    }

    @Test
    void quotesCanStandInAKeyOfAnArray() {
        assertThat(loads.with("HERMES_API_KEYS", "[\"'key'\"]")
                        .settings()
                        .security()
                        .apiKeys())
                .extracting(Settings.Secret::reveal)
                .containsExactly("'key'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://hermes:99999/me", "http://hermes:0/me", "hermes:8000/me"})
    void refusesAnAddressOfHermesThatIsNone(String url) {
        assertThat(loads.with("HERMES_IDENTITY_URL", url).problems())
                .containsExactly(
                        new SettingsException.Problem("HERMES_IDENTITY_URL", url, Setting.HERMES_IDENTITY_URL.allowed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://hermes_api:8000/me", "https://hermes/me", "http://[::1]:8000/me"})
    void takesAnyHostOfHermes(String url) {
        assertThat(loads.with("HERMES_IDENTITY_URL", url).settings().security().identityUrl())
                .isEqualTo(URI.create(url));
    }

    /** A shell takes the quotes off an array that is not quoted itself: what is left is no array, and no list of keys. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                [key-1,key-2]
                ["key-1"
                [1,2]
                ["key 1"]
                [""]
                key-1,,key-2
                ,
                "key-1","key-2"
                key-1,["key-2"]
                key-1",key-2
                """)
    @ValueSource(strings = {"'[\"key-1\"]'", "key-1 'key-2'"})
    void refusesApiKeysThatAreNoList(String text) {
        assertThat(loads.with("HERMES_API_KEYS", text).problems())
                .containsExactly(
                        new SettingsException.Problem("HERMES_API_KEYS", "***", Setting.HERMES_API_KEYS.allowed));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://a,redis://b",
                "redis://a redis://b",
                "[\"redis://a\", \"redis://b\"]",
            })
    void readsNodesHoweverTheyAreListed(String text) {
        Settings settings = loads.with("HERMES_REDIS_URL", text)
                .with("HERMES_REDIS_CLUSTER", "true")
                .settings();

        assertThat(settings.redis().nodes())
                .extracting(Settings.Secret::reveal)
                .containsExactly("redis://a", "redis://b");
    }

    @Test
    void allowsAnyOriginWithoutCredentials() {
        Settings settings = loads.with("HERMES_ALLOWED_ORIGINS", "*")
                .with("HERMES_ALLOW_CREDENTIALS", "false")
                .settings();

        assertThat(settings.http().allowedOrigins()).containsExactly("*");
    }

    @Test
    void debugMakesTheLogShowDebugLines() {
        Settings settings = loads.with("HERMES_DEBUG", "true")
                .with("HERMES_LOG_LEVEL", "error")
                .settings();

        assertThat(settings.logging().level()).isEqualTo(Settings.Logging.Level.DEBUG);
    }

    @Test
    void refusesACertificateWithoutAKey() throws Exception {
        Path certificate = Files.createFile(folder.resolve("certificate.pem"));

        assertThat(loads.with("HERMES_TLS_CERTIFICATE", certificate.toString()).problems())
                .containsExactly(new SettingsException.Problem("HERMES_TLS_KEY", "", Setting.HERMES_TLS_KEY.allowed));
    }

    @Test
    void refusesAKeyWithoutACertificate() throws Exception {
        Path key = Files.createFile(folder.resolve("key.pem"));

        assertThat(loads.with("HERMES_TLS_KEY", key.toString()).problems())
                .containsExactly(new SettingsException.Problem(
                        "HERMES_TLS_CERTIFICATE", "", Setting.HERMES_TLS_CERTIFICATE.allowed));
    }

    @Test
    void refusesTlsFilesThatAreNotThere() {
        assertThat(loads.with("HERMES_TLS_KEY", "/nowhere/key.pem")
                        .with("HERMES_TLS_CERTIFICATE", "/nowhere/certificate.pem")
                        .problems())
                .extracting(SettingsException.Problem::name)
                .containsExactly("HERMES_TLS_CERTIFICATE", "HERMES_TLS_KEY");
    }

    @Test
    void takesNoneForNoTrustedProxy() {
        assertThat(loads.with("HERMES_TRUSTED_PROXIES", "none")
                        .settings()
                        .security()
                        .trustedProxies())
                .isEmpty();
    }

    @Test
    void takesSeveralTrustedProxies() {
        assertThat(loads.with("HERMES_TRUSTED_PROXIES", "loopback, 10.0.0.0/8,2001:db8::1")
                        .settings()
                        .security()
                        .trustedProxies())
                .extracting(AddressBlock::toString)
                .containsExactly("127.0.0.0/8", "::1", "10.0.0.0/8", "2001:db8::1");
    }
}
