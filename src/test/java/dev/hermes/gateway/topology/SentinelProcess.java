package dev.hermes.gateway.topology;

import dev.hermes.gateway.fixture.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.embedded.RedisExecProvider;

/** One real Sentinel, with a file of its own that it writes to. */
final class SentinelProcess implements AutoCloseable {

    private final Path directory;
    private final Process process;
    private final int port = FreePorts.next();

    SentinelProcess(String master, int masterPort) {
        try {
            Path executable = RedisExecProvider.defaultProvider().get().toPath().toAbsolutePath();
            directory = Objects.requireNonNull(executable.getParent());
            Path file = directory.resolve("sentinel.conf");
            Files.write(
                    file,
                    List.of(
                            "port " + port,
                            "bind 127.0.0.1",
                            "dir " + directory,
                            "sentinel monitor " + master + " 127.0.0.1 " + masterPort + " 2",
                            "sentinel down-after-milliseconds " + master + " 1500",
                            "sentinel failover-timeout " + master + " 3000",
                            "sentinel parallel-syncs " + master + " 2"));
            process = new ProcessBuilder(executable.toString(), file.toString(), "--sentinel")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output.log").toFile())
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException alreadyGone) {
            // A temporary directory that somebody else cleans up.
        }
    }
}
