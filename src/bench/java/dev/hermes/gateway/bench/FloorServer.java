package dev.hermes.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The least that fanning out can cost, a few lines of C compiled on the spot: {@code floor.c}. */
final class FloorServer implements Server {

    static final String NAME = "floor";

    /** A channel that no gateway hears. */
    static final String CHANNEL = "floor:updates";

    private static final Path COMPILER = Path.of("/usr/bin/cc");
    private static final Path HOME = Path.of("target/bench/floor");
    private static final String SOURCE = "floor.c";

    private final OutsideProcess process;
    private final int port;

    private FloorServer(OutsideProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    static boolean installed() {
        return Files.isExecutable(COMPILER);
    }

    static FloorServer start(RedisServer redis) {
        Path program = compile();
        int port = EmbeddedRedis.freePort();
        OutsideProcess process = OutsideProcess.start(new ProcessBuilder(
                program.toString(), Integer.toString(port), Integer.toString(redis.port()), CHANNEL));
        process.await("ready");
        return new FloorServer(process, port);
    }

    private static Path compile() {
        Path source = HOME.resolve(SOURCE).toAbsolutePath();
        Path program = HOME.resolve(NAME).toAbsolutePath();
        try (InputStream text = Objects.requireNonNull(FloorServer.class.getResourceAsStream(SOURCE))) {
            Files.createDirectories(HOME);
            Files.copy(text, source, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        try (OutsideProcess compiler = OutsideProcess.start(
                new ProcessBuilder(COMPILER.toString(), "-O2", "-o", program.toString(), source.toString()))) {
            assertThat(compiler.awaitExit(Duration.ofMinutes(1)))
                    .as("%s", compiler.lines())
                    .isZero();
        }
        return program;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public List<Long> processes() {
        return List.of(process.pid());
    }

    @Override
    public void close() {
        process.close();
    }
}
