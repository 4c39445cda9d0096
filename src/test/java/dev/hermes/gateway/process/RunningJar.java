package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The jar that the build has made, started as the README says. It sees none of the settings of whoever runs the tests, and
 * takes free ports.
 */
final class RunningJar implements AutoCloseable {

    static final String JAR = "target/hermes-gateway.jar";

    private final OutsideProcess process;

    private RunningJar(OutsideProcess process) {
        this.process = process;
    }

    /**
     * @param temporary where it may put what it needs for a while
     */
    static RunningJar start(Path temporary, Map<String, String> settings, String... arguments) {
        return start(Path.of(JAR), temporary, settings, arguments);
    }

    static RunningJar start(Path jar, Path temporary, Map<String, String> settings, String... arguments) {
        return start(List.of(), List.of(), jar, temporary, settings, arguments);
    }

    /** With so many descriptors for files and sockets. */
    static RunningJar startBelow(int descriptors, Path temporary, Map<String, String> settings) {
        List<String> shell = List.of("sh", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "sh");
        return start(shell, List.of(), Path.of(JAR), temporary, settings);
    }

    /** With flags of the JVM that win over those of {@code conf/jvm.options}. */
    static RunningJar startWith(List<String> flags, Path temporary, Map<String, String> settings) {
        return start(List.of(), flags, Path.of(JAR), temporary, settings);
    }

    private static RunningJar start(
            List<String> shell,
            List<String> flags,
            Path jar,
            Path temporary,
            Map<String, String> settings,
            String... arguments) {
        assertThat(jar).as("made by mvn package").exists();
        List<String> command = new ArrayList<>(shell);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@conf/jvm.options",
                "-Djava.io.tmpdir=" + temporary));
        command.addAll(flags);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("HERMES_") || name.startsWith("VITE_"));
        environment.put("API_PORT", "0");
        environment.put("HERMES_MANAGEMENT_PORT", "0");
        // Tests wait for what it does, however cold it is.
        environment.put("HERMES_WARM_UP", "0");
        environment.putAll(settings);
        return new RunningJar(OutsideProcess.start(builder));
    }

    OutsideProcess process() {
        return process;
    }

    /** The public port, once it listens. */
    int port() {
        return Integer.parseInt(process.await("gateway started port=(\\d+)").group(1));
    }

    int managementPort() {
        return Integer.parseInt(
                process.await("gateway started .*management_port=(\\d+)").group(1));
    }

    /** What is answered there. */
    static HttpResponse<String> get(int port, String path) {
        return send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)));
    }

    static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HttpClient.newHttpClient()
                    .send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new AssertionError("no answer", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
