package dev.hermes.gateway.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hermes.gateway.config.SettingsException;
import dev.hermes.gateway.config.SettingsLoader;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An environment and the two files of a folder, loaded as a gateway does at its start, in this process. An input is all three:
 * lines of the environment, a line {@link #SEPARATOR}, the settings file, another such line, the catalogue.
 */
final class SettingsWay implements Way {

    static final String SEPARATOR = "\n=====\n";

    private static final int PATIENCE_SECONDS = 60;

    /** Its own, so that what waits there is not the gateway's. */
    private final Vertx vertx = Vertx.vertx();

    private final Path folder;

    SettingsWay() throws IOException {
        folder = Files.createTempDirectory("fuzz-settings");
    }

    @Override
    public String name() {
        return "settings";
    }

    @Override
    public int send(List<byte[]> inputs, List<Finding> findings) throws IOException {
        for (byte[] input : inputs) {
            load(input, findings);
        }
        return inputs.size();
    }

    private void load(byte[] input, List<Finding> findings) throws IOException {
        // Latin-1 keeps each byte apart, so that what is no UTF-8 comes into the files as it is.
        String[] parts = new String(input, ISO_8859_1).split(SEPARATOR, 3);
        Map<String, String> environment = new HashMap<>();
        for (String line : parts[0].split("\n", -1)) {
            String[] pair = line.split("=", 2);
            if (pair.length == 2) {
                environment.put(pair[0], new String(pair[1].getBytes(ISO_8859_1), UTF_8));
            }
        }
        environment.put(SettingsLoader.FOLDER, folder.toString());
        Files.writeString(folder.resolve("gateway.properties"), parts.length > 1 ? parts[1] : "", ISO_8859_1);
        Path catalogue = folder.resolve("channels.yaml");
        if (parts.length > 2) {
            Files.writeString(catalogue, parts[2], ISO_8859_1);
        } else {
            Files.deleteIfExists(catalogue);
        }
        try {
            SettingsLoader.load(vertx, environment, SettingsLoader.Mode.PRODUCTION)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof SettingsException refused)
                    || refused.problems().isEmpty()
                    || refused.problems().stream()
                            .anyMatch(problem -> problem.name().isBlank()
                                    || problem.allowed().isBlank())) {
                findings.add(new Finding(
                        input,
                        "refused without a reason: " + trace(Objects.requireNonNullElse(failure.getCause(), failure))));
            }
        } catch (TimeoutException silence) {
            findings.add(new Finding(input, "neither loaded nor refused"));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String trace(Throwable failure) {
        StringBuilder trace = new StringBuilder(String.valueOf(failure));
        for (StackTraceElement element : failure.getStackTrace()) {
            trace.append("\n    ").append(element);
        }
        return trace.toString();
    }

    @Override
    public void close() throws IOException {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        for (String name : List.of("gateway.properties", "channels.yaml")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.delete(folder);
    }
}
