package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application that depends on the gateway, built by a Maven of its own with a local repository of its own: the
 * dependency and the program are those of the page about the library, letter for letter. Nothing is fetched from anywhere.
 */
class LibraryIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path PAGE = Documents.named("library.md");
    private static final Path TEMPLATES = Path.of("src/test/resources/library");
    private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");
    private static final Pattern PUBLISHED = Pattern.compile("published (m\\S+)");

    @TempDir
    private static Path folder;

    private static String classPath = "";

    @BeforeAll
    static void buildTheApplication() throws IOException {
        String dependency = only("xml");
        Matcher version = VERSION.matcher(dependency);
        assertThat(version.find()).as("version in %s", dependency).isTrue();
        Path repository = folder.resolve("repository");
        install(repository, version.group(1));
        write("pom.xml", filledIn(Documents.read(TEMPLATES.resolve("pom.xml")).replace("@dependency@", dependency)));
        write("src/main/resources/logback.xml", Documents.read(TEMPLATES.resolve("logback.xml")));
        String program = only("java");
        write("src/main/java/example/Example.java", program);
        write(
                "src/main/java/example/Misspelt.java",
                program.replace("class Example", "class Misspelt").replace("HERMES_ENABLE_SSE", "HERMES_ENABEL_SSE"));
        write(
                "settings.xml",
                "<settings><mirrors><mirror><id>filled</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>"
                                .formatted(
                                        Path.of(ofTheBuild("localRepository")).toUri())
                        + "</mirrors></settings>");
        OutsideProcess maven = OutsideProcess.start(new ProcessBuilder(
                        Path.of(ofTheBuild("maven.home"), "bin", "mvn").toString(),
                        "-B",
                        "-s",
                        "settings.xml",
                        "-gs",
                        "settings.xml",
                        "-Dmaven.repo.local=" + repository,
                        "compile")
                .directory(folder.toFile()));
        try (maven) {
            assertThat(maven.awaitExit(PATIENCE))
                    .as("status of Maven, which printed %s", maven.lines())
                    .isZero();
        }
        classPath = Documents.read(folder.resolve("target/class-path.txt"));
    }

    @Test
    void whatAnotherVerticlePublishesReachesAStream() throws IOException {
        try (OutsideProcess application = application("example.Example")) {
            MatchResult command = application.await("curl -NH '([^']+)' http://localhost:(\\d+)(/\\S+)");
            try (SseConnection stream =
                    SseConnection.open(Integer.parseInt(command.group(2)), command.group(3), command.group(1))) {
                stream.next("connected");
                // Behind the greeting with what was published before it opened.
                Frame event = stream.nextLogged();

                assertThat(event.event()).isEqualTo("queue_update");
                assertThat(event.data()).isEqualTo("{\"action\":\"added\"}");
                application.await("published " + event.id());
                assertThat(application.output().stream()
                                .map(PUBLISHED::matcher)
                                .filter(Matcher::matches)
                                .map(found -> found.group(1)))
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void theApplicationKeepsItsOwnLog() throws IOException {
        assertThat(named("logback.xml")).hasSize(1);
        try (OutsideProcess application = application("example.Misspelt")) {
            application.await("the host logs WARN GatewayVerticle setting=HERMES_ENABEL_SSE .*");
            application.await("curl ");

            assertThat(application.lines())
                    .allSatisfy(line -> assertThat(line).matches("(the host logs|published|curl) .*"));
        }
    }

    @Test
    void eachClassOfTheGatewayIsThereOnce() throws IOException {
        List<String> classes = entries().stream()
                .filter(entry -> entry.startsWith("dev/hermes/gateway/") && entry.endsWith(".class"))
                .toList();

        assertThat(classes).contains("dev/hermes/gateway/GatewayVerticle.class").doesNotHaveDuplicates();
    }

    @Test
    void whatOnlyTheProcessNeedsIsNotThere() {
        assertThat(jars())
                .extracting(jar -> jar.getFileName().toString())
                .anyMatch(name -> name.startsWith("vertx-core-"))
                .noneMatch(name -> name.startsWith("picocli-")
                        || name.startsWith("embedded-redis-")
                        || name.startsWith("netty-transport-native-epoll-"));
    }

    /** Nothing at the root but what Maven puts there: names such as {@code conf} belong to the application. */
    @Test
    void theLibraryKeepsToItsOwnFolder() throws IOException {
        Path library = jars().stream()
                .filter(jar -> jar.getFileName().toString().startsWith("hermes-gateway-"))
                .findAny()
                .orElseThrow();

        assertThat(entries(library).filter(entry -> !entry.endsWith("/")))
                .isNotEmpty()
                .allMatch(entry -> entry.startsWith("dev/hermes/gateway/") || entry.startsWith("META-INF/"));
    }

    private static OutsideProcess application(String mainClass) {
        return OutsideProcess.start(new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath, mainClass));
    }

    /** As the install plugin does it, which a build that only verifies has not fetched. */
    private static void install(Path repository, String version) throws IOException {
        Path artifact = Files.createDirectories(repository.resolve("dev/hermes/hermes-gateway/" + version));
        String name = "hermes-gateway-" + version;
        Files.copy(Path.of("target", name + ".jar"), artifact.resolve(name + ".jar"));
        Files.copy(Path.of("pom.xml"), artifact.resolve(name + ".pom"));
    }

    private static String filledIn(String template) {
        String build = Documents.read(Path.of("pom.xml"));
        return Pattern.compile("@([\\w.-]+)@")
                .matcher(template)
                .replaceAll(place -> first(
                        build,
                        "<" + place.group(1) + ">([^<]+)</",
                        "<artifactId>" + place.group(1) + "</artifactId>\\s*<version>([^<]+)</"));
    }

    private static String first(String text, String... patterns) {
        return Stream.of(patterns)
                .flatMap(pattern -> Pattern.compile(pattern).matcher(text).results())
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the build has none of " + List.of(patterns)));
    }

    /** The page's only block of that language. */
    private static String only(String language) {
        List<Documents.Block> blocks = Documents.blocks(language).stream()
                .filter(block -> block.file().equals(PAGE))
                .toList();
        assertThat(blocks).hasSize(1);
        return blocks.get(0).text();
    }

    private static void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, text);
    }

    private static String ofTheBuild(String name) {
        return Objects.requireNonNull(System.getProperty(name), name + ", which Failsafe sets");
    }

    private static List<Path> jars() {
        return Stream.of(classPath.split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar"))
                .map(Path::of)
                .toList();
    }

    private static List<String> named(String entry) throws IOException {
        return entries().stream().filter(entry::equals).toList();
    }

    /** Of every jar and folder on the class path. */
    private static List<String> entries() throws IOException {
        List<String> entries = new ArrayList<>();
        Path classes = folder.resolve("target/classes");
        try (Stream<Path> files = Files.walk(classes)) {
            files.map(file -> classes.relativize(file).toString()).forEach(entries::add);
        }
        for (Path jar : jars()) {
            entries(jar).forEach(entries::add);
        }
        return entries;
    }

    private static Stream<String> entries(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(entry -> entry.getName()).toList().stream();
        }
    }
}
