package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway starts with the environment that Hermes itself is started with: its names, and its forms of values. */
@ExtendWith(VertxExtension.class)
class HermesEnvironmentTest {

    /** What Hermes' example file sets, before anybody has changed it. */
    private static final List<String> EXAMPLE = List.of(
            "HERMES_SECRET_KEY=your-secret-key-change-this-in-production",
            "HERMES_DEBUG=true",
            "API_PORT=8000",
            "HERMES_PORT=3000",
            "HERMES_HTTPS_PORT=3443",
            "HERMES_DEV_PORT=5173",
            "HERMES_DATABASE_URL=sqlite+aiosqlite:///./data/hermes.db",
            "HERMES_DATABASE_ECHO=false",
            "HERMES_REDIS_URL=redis://localhost:6379",
            "HERMES_REDIS_DB=0",
            "HERMES_ACCESS_TOKEN_EXPIRE_MINUTES=1440",
            "HERMES_REFRESH_TOKEN_EXPIRE_DAYS=30",
            "HERMES_ALGORITHM=HS256",
            "HERMES_DOWNLOAD_DIR=./packages/hermes-api/downloads",
            "HERMES_TEMP_DIR=./packages/hermes-api/temp",
            "HERMES_API_KEYS=",
            "HERMES_RATE_LIMIT_PER_MINUTE=60",
            "HERMES_ENABLE_RATE_LIMITING=true",
            "HERMES_ENABLE_TOKEN_BLACKLIST=true",
            "HERMES_MAX_LOGIN_ATTEMPTS=5",
            "HERMES_LOGIN_ATTEMPT_WINDOW_MINUTES=15",
            "HERMES_ALLOWED_ORIGINS=http://localhost:3000,http://localhost:5173,http://localhost:8000,"
                    + "https://hermes.example.com,https://hermes-api.example.com",
            "HERMES_ALLOW_CREDENTIALS=true",
            "HERMES_SSE_HEARTBEAT_INTERVAL=30",
            "HERMES_SSE_MAX_CONNECTIONS=1000",
            "HERMES_SSE_CONNECTION_TIMEOUT=300",
            "HERMES_APP_PORT=3000",
            "HERMES_DOWNLOADS_DIR=/app/downloads",
            "VITE_API_BASE_URL=/api/v1");

    @Test
    void itsExampleAsItIsIsEnough(Vertx vertx, @TempDir Path folder) {
        SettingsLoader.Loaded loaded = example(vertx, folder).loaded();

        assertThat(loaded.warnings()).isEmpty();
        Settings settings = loaded.settings();
        assertThat(settings.security().apiKeys()).isEmpty();
        assertThat(settings.http().allowedOrigins()).hasSize(5).contains("https://hermes.example.com");
        assertThat(settings.streams().connectionTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.browser().apiBaseUrl()).isEqualTo("/api/v1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key1,key2,key3", "[\"key1\",\"key2\",\"key3\"]", "key1 key2 key3"})
    void itsFormsOfAListAreOurs(String keys, Vertx vertx, @TempDir Path folder) {
        Settings settings = example(vertx, folder).with("HERMES_API_KEYS", keys).settings();

        assertThat(settings.security().apiKeys())
                .extracting(Settings.Secret::reveal)
                .containsExactly("key1", "key2", "key3");
    }

    private static Loads example(Vertx vertx, Path folder) {
        Loads loads = new Loads(vertx, folder).forProduction();
        EXAMPLE.stream().map(line -> line.split("=", 2)).forEach(pair -> loads.with(pair[0], pair[1]));
        return loads;
    }
}
