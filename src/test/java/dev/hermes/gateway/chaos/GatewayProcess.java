package dev.hermes.gateway.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A gateway from the built jar, which may end and start again on the same ports. One thread at a time. */
final class GatewayProcess implements AutoCloseable {

    private static final String JAR = "target/hermes-gateway.jar";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<String, String> settings;
    private final Path log;
    private final int port = FreePorts.next();
    private final int managementPort = FreePorts.next();
    private final Thread exitHook = new Thread(this::kill, "gateway-exit");
    private volatile @Nullable Process process;

    /**
     * @param log where its output is added to
     */
    GatewayProcess(Map<String, String> settings, Path log) {
        this.settings = settings;
        this.log = log;
        Runtime.getRuntime().addShutdownHook(exitHook);
    }

    int port() {
        return port;
    }

    int managementPort() {
        return managementPort;
    }

    long pid() {
        return running().pid();
    }

    void start() {
        assertThat(Path.of(JAR)).as("made by mvn package").exists();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@conf/jvm.options",
                "-Xmx384m",
                "-jar",
                JAR));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("HERMES_") || name.startsWith("VITE_"));
        environment.put("HERMES_WARM_UP", "0");
        environment.putAll(settings);
        environment.put("API_PORT", Integer.toString(port));
        environment.put("HERMES_MANAGEMENT_PORT", Integer.toString(managementPort));
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            process = builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void awaitReady() {
        await().alias("readiness of the gateway that logs to " + log)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> Wire.exchange(managementPort, "GET", "/health/ready", "", "")
                                .status()
                        == 200);
    }

    /** As kill -9. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            ended(running);
        }
    }

    /** As an operator ends it; returns its status when it has ended. */
    int terminate() {
        Process running = running();
        signal("TERM");
        ended(running);
        return running.exitValue();
    }

    /** Has it read its settings again. */
    void hangUp() {
        signal("HUP");
    }

    void pause() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    private Process running() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("it does not run");
        }
        return running;
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder(
                            "kill", "-" + name, Long.toString(running().pid()))
                    .start();
            ended(kill);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void ended(Process process) {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("process " + process.pid() + " does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(exitHook);
    }
}
