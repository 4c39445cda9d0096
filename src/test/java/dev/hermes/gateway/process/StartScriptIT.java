package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.protocol.RedisNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker/hermes-gateway}, called from another folder through two links, with blanks in their paths. */
class StartScriptIT {

    private static final Path SCRIPT = Path.of("docker/hermes-gateway").toAbsolutePath();
    private static final Duration SECONDS = Duration.ofSeconds(20);

    @TempDir
    Path temporary;

    private Path link;

    @BeforeEach
    void linkTo() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("a folder"));
        Files.createSymbolicLink(folder.resolve("the gateway"), SCRIPT);
        link = Files.createSymbolicLink(temporary.resolve("another name"), Path.of("a folder/the gateway"));
    }

    private OutsideProcess run(Path script, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("HERMES_") || name.startsWith("VITE_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return OutsideProcess.start(builder);
    }

    @Test
    void itFindsWhatItStartsAndHandsOnItsArgumentsWordByWord() {
        try (OutsideProcess version = run(link, Map.of(), "--version");
                OutsideProcess unknown = run(link, Map.of(), "no such word")) {
            assertThat(version.awaitExit(SECONDS)).isZero();
            assertThat(version.output()).singleElement().asString().startsWith("hermes-gateway ");
            assertThat(unknown.awaitExit(SECONDS)).isEqualTo(2);
            assertThat(unknown.errors()).singleElement().asString().contains("no such word");
        }
    }

    @Test
    void itWritesDownWhatItsJavaLoadsAndStartsWithThatUntilTheJarIsAnother() throws IOException {
        Path folder = temporary.resolve("opt");
        Files.createDirectories(folder.resolve("conf"));
        Path script = Files.copy(SCRIPT, folder.resolve("hermes-gateway"), StandardCopyOption.COPY_ATTRIBUTES);
        Path jar = Files.copy(
                Path.of(RunningJar.JAR), folder.resolve("hermes-gateway.jar"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(Path.of("conf/jvm.options"), folder.resolve("conf/jvm.options"));
        String archive = folder + "/hermes-gateway-" + System.getProperty("java.version") + ".archive";
        Map<String, String> environment = Map.of(
                "HERMES_REDIS_URL", "none",
                "HERMES_SECRET_KEY", RunningGateway.SECRET_KEY,
                "HERMES_WARM_UP", "0",
                "API_PORT", "0",
                "HERMES_MANAGEMENT_PORT", "0");

        try (EmbeddedRedis redis = FreePorts.redis();
                OutsideProcess writing = run(
                        script, Map.of(), "archive", "--redis-url", redis.url().toString())) {
            assertThat(writing.awaitExit(Duration.ofSeconds(90)))
                    .as("%s", writing.lines())
                    .isZero();
            assertThat(writing.output()).contains("hermes-gateway: wrote " + archive);
            assertThat(RedisWire.one(redis.port(), "EXISTS", RedisNames.LOG)).isEqualTo("1");
        }
        try (OutsideProcess gateway = run(script, environment)) {
            gateway.await("gateway started .*jvm_flags=\"further -XX:\\w+=" + Pattern.quote(archive));
            // A JVM that an archive does not fit says so. Vert.x also calls a loop blocked that got no processor.
            assertThat(gateway.lines())
                    .filteredOn(line -> !line.contains("BlockedThreadChecker"))
                    .hasSize(1);
        }
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));
        try (OutsideProcess gateway = run(script, environment)) {
            gateway.await("gateway started .*jvm_flags=\"as in jvm.options\"");
            // The other kind of output is read by another thread.
            gateway.await("older than the jar");
            assertThat(gateway.errors()).singleElement().asString().contains(archive, "older than the jar");
        }
    }

    @Test
    void itBecomesTheGatewayAndASignalDrainsIt() throws IOException {
        Path settings = Files.createDirectory(temporary.resolve("etc"));
        Files.writeString(settings.resolve("gateway.properties"), "HERMES_ENABLE_SSE=true\nHERMES_REDIS_URL=none\n");
        Map<String, String> environment = Map.of(
                "HERMES_CONF",
                settings.toString(),
                "HERMES_SECRET_KEY",
                RunningGateway.SECRET_KEY,
                "API_PORT",
                "0",
                "HERMES_MANAGEMENT_PORT",
                "0");
        try (OutsideProcess gateway = run(link, environment)) {
            gateway.await("gateway started port=\\d+ management_port=\\d+ sse=on");
            assertThat(gateway.descendants()).isEmpty();

            gateway.signal("TERM");

            assertThat(gateway.awaitExit(SECONDS)).isZero();
            assertThat(gateway.output()).anyMatch(line -> line.contains("gateway is draining"));
        }
    }

    @Test
    void itUsesTheFlagsOfItsConfAndThoseOfJavaOptsWin() {
        String flags = "-XX:MaxRAMPercentage=25 -XX:+PrintFlagsFinal -version";
        try (OutsideProcess shown = run(link, Map.of("JAVA_OPTS", flags))) {
            assertThat(shown.awaitExit(SECONDS)).isZero();

            assertThat(shown.output())
                    .anyMatch(line -> line.matches(".* MaxRAMPercentage += 25\\.0+ .*command line.*"))
                    .anyMatch(line -> line.matches(".* MinHeapFreeRatio += 10 .*command line.*"));
        }
    }

    @Test
    void itSaysInOneSentenceWhatItMisses() throws IOException {
        Path tools = Files.createDirectory(temporary.resolve("tools"));
        for (String tool : List.of("dirname", "readlink", "sed")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
        }
        Path old = Files.createDirectories(temporary.resolve("old/bin")).resolve("java");
        Files.writeString(old, "#!/bin/sh\necho 'openjdk version \"11.0.22\" 2024-01-16' >&2\n");
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path alone = Files.copy(SCRIPT, temporary.resolve("a folder/alone"));

        assertRefused(run(link, Map.of("JAVA_HOME", "/nowhere")), "JAVA_HOME is /nowhere, which has no bin/java");
        assertRefused(run(link, Map.of("JAVA_HOME", "", "PATH", tools.toString())), "no java in PATH");
        assertRefused(
                run(link, Map.of("JAVA_HOME", temporary.resolve("old").toString())),
                "is Java 11.0.22; it needs Java 17");
        assertRefused(run(alone, Map.of()), "no hermes-gateway.jar in ");
    }

    private static void assertRefused(OutsideProcess process, String sentence) {
        try (process) {
            assertThat(process.awaitExit(SECONDS)).isEqualTo(1);
            assertThat(process.lines())
                    .singleElement()
                    .asString()
                    .startsWith("hermes-gateway: ")
                    .contains(sentence);
        }
    }

    @Test
    void shellcheckFindsNothing() {
        OutsideProcess.require("/usr/bin/shellcheck");
        try (OutsideProcess check = run(Path.of("/usr/bin/shellcheck"), Map.of(), SCRIPT.toString())) {
            assertThat(check.awaitExit(SECONDS)).as("%s", check.lines()).isZero();
        }
    }
}
