package dev.hermes.gateway.chaos;

import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The wall clock and the hosts file that one gateway takes for its machine's. Without a library that the system loads before
 * all others nobody but root could change these, and then for everybody. Any thread.
 */
final class OwnMachine {

    /** No name server knows it (RFC 6761, section 6.4). */
    static final String REDIS = "redis.invalid";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path library;
    private final Path clock;
    private final Path hosts;

    /**
     * @param library made by {@link #library}
     * @param name of the gateway
     */
    OwnMachine(Path library, String name) {
        this.library = library;
        this.clock = library.resolveSibling(name + ".clock");
        this.hosts = library.resolveSibling(name + ".hosts");
        setAhead(Duration.ZERO);
        moveRedis("127.0.0.1");
    }

    /** Compiles the library into this folder; null where there is no C compiler or none that makes one. */
    static @Nullable Path library(Path folder) {
        Path source = folder.toAbsolutePath().resolve("machine.c");
        Path library = source.resolveSibling("machine.so");
        try (InputStream resource = Objects.requireNonNull(OwnMachine.class.getResourceAsStream("machine.c"))) {
            Files.createDirectories(folder);
            Files.copy(resource, source, StandardCopyOption.REPLACE_EXISTING);
            ProcessBuilder compiler =
                    new ProcessBuilder("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString());
            try (OutsideProcess compiling = OutsideProcess.start(compiler)) {
                return compiling.awaitExit(PATIENCE) == 0 ? library : null;
            }
        } catch (IOException | UncheckedIOException noCompiler) {
            return null;
        }
    }

    /** For the gateway's process. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "MACHINE_CLOCK", clock.toString(),
                "MACHINE_HOSTS", hosts.toString());
    }

    /** Sets the wall clock, so far ahead of the one of this machine. */
    void setAhead(Duration ahead) {
        ByteBuffer seconds =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, ahead.toSeconds());
        try (FileChannel file = FileChannel.open(clock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(seconds);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Has Redis' name stand for another address. */
    void moveRedis(String address) {
        Path written = hosts.resolveSibling(hosts.getFileName() + ".written");
        try {
            Files.writeString(written, "127.0.0.1 localhost\n" + address + " " + REDIS + "\n");
            Files.move(written, hosts, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
