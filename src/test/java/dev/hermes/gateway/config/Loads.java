package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hermes.gateway.config.SettingsLoader.Mode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Loads from a folder of its own, so that the working directory's files count for nothing. */
final class Loads {

    private final Vertx vertx;
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private Mode mode = Mode.DEMO;

    Loads(Vertx vertx, Path folder) {
        this.vertx = vertx;
        this.folder = folder;
        environment.put("HERMES_CONF", folder.toString());
    }

    Loads with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Loads file(String text) {
        return write("gateway.properties", text);
    }

    Loads channels(String text) {
        return write("channels.yaml", text);
    }

    Loads forProduction() {
        mode = Mode.PRODUCTION;
        return this;
    }

    private Loads write(String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    SettingsLoader.Loaded loaded() {
        return await();
    }

    Settings settings() {
        return await().settings();
    }

    List<SettingsException.Problem> problems() {
        SettingsException refused = catchThrowableOfType(SettingsException.class, this::await);
        assertThat(refused).as("a refusal").isNotNull();
        return refused.problems();
    }

    private SettingsLoader.Loaded await() {
        try {
            return SettingsLoader.load(vertx, environment, mode).await(20, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError(late);
        }
    }
}
