package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * The browser client held against its types by TypeScript's own compiler, strictly. That needs Node: in an engine of the JVM
 * it would take minutes. Skipped where there is none; with {@code CI=true} it fails then.
 */
class TypesTest {

    private static final Path MODULES = Path.of("src", "main", "js").toAbsolutePath();

    /** Calls as apps make them, and what is known of what they get. */
    private static final Path CALLS = Path.of("src", "test", "js").toAbsolutePath();

    @Test
    void theModulesKeepWhatTheirTypesPromise(@TempDir Path temporary) throws Exception {
        Path compiler = unpack("typescript", temporary.resolve("typescript"));
        Path react = unpack("types__react", temporary.resolve("react"));
        Path styles = unpack("csstype", temporary.resolve("csstype"));
        JsonObject paths = new JsonObject()
                .put("react", new JsonArray().add(react.resolve("index.d.ts").toString()))
                .put("csstype", new JsonArray().add(styles.resolve("index.d.ts").toString()));
        JsonObject project = new JsonObject()
                .put("extends", MODULES.resolve("tsconfig.json").toString())
                .put("compilerOptions", new JsonObject().put("paths", paths))
                .put(
                        "include",
                        new JsonArray()
                                .add(MODULES + "/*.js")
                                .add(MODULES + "/*.d.ts")
                                .add(CALLS + "/*.ts"));
        Path file = Files.writeString(temporary.resolve("tsconfig.json"), project.encode());

        Process check = new ProcessBuilder(
                        node().toString(),
                        compiler.resolve("lib").resolve("tsc.js").toString(),
                        "-p",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(said).isEmpty();
        assertThat(check.waitFor()).isZero();
    }

    private static Path node() {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        for (String folder : path.split(File.pathSeparator, -1)) {
            Path node = Path.of(folder, "node");
            if (Files.isExecutable(node)) {
                return node;
            }
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError("Node is not installed, and with CI=true nothing is skipped");
        }
        throw new TestAbortedException("Node is not installed");
    }

    private static Path unpack(String artifact, Path to) throws IOException {
        URI jar = URI.create("jar:" + WebJars.location(artifact));
        try (FileSystem files = FileSystems.newFileSystem(jar, Map.of())) {
            Path root = files.getPath(WebJars.folder(artifact));
            List<Path> all;
            try (Stream<Path> walk = Files.walk(root)) {
                all = walk.toList();
            }
            for (Path each : all) {
                Path target = to.resolve(root.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target);
                }
            }
        }
        return to;
    }
}
