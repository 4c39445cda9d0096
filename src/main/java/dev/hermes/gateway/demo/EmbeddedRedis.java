package dev.hermes.gateway.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis on loopback that persists nothing, for the demo and for tests. Its binary and its files are in a new
 * temporary directory, which is deleted by {@link #close()} or at the latest when the JVM exits.
 *
 * <p>Every method blocks for some ten milliseconds (starting: some hundred), so none may be called on an event loop.
 * Used by one thread at a time.
 */
public final class EmbeddedRedis implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final int PORT_ATTEMPTS = 5;
    // Below the ports that Linux (from 32768), macOS and Windows (from 49152) give to outgoing connections.
    private static final int FIRST_PORT = 10_000;
    private static final int PORT_AFTER_LAST = 32_768;
    private static final String READY = "eady to accept connections";

    private final Path directory;
    private final Path executable;
    private final int port;
    private final List<String> settings;
    // Volatile for the shutdown hook, which runs on another thread.
    private volatile @Nullable Process process;
    private final Thread exitHook = new Thread(this::killAndDelete, "embedded-redis-exit");

    private EmbeddedRedis(Path executable, int port, List<String> settings) {
        this.directory = Objects.requireNonNull(executable.toAbsolutePath().getParent(), "the directory of the binary");
        this.executable = executable.toAbsolutePath();
        this.port = port;
        this.settings = settings;
    }

    /** Starts a Redis on a free port. */
    public static EmbeddedRedis start() {
        return startOnFreePort();
    }

    /**
     * Like {@link #start()}, with settings as they are written in {@code redis.conf}, name first: {@code "requirepass
     * secret"}. No word may contain a space.
     */
    public static EmbeddedRedis startOnFreePort(String... settings) {
        UncheckedIOException last = new UncheckedIOException(new IOException("no free port"));
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            try {
                return start(freePort(), settings);
            } catch (UncheckedIOException taken) {
                // Another process may have taken the port between the query for a free one and its use.
                last = taken;
            }
        }
        throw last;
    }

    /**
     * Starts a Redis on this port, with the settings of {@link #startOnFreePort}.
     *
     * @throws UncheckedIOException if it is not ready within 10 s, with its output
     */
    public static EmbeddedRedis start(int port, String... settings) {
        EmbeddedRedis redis = stopped(port, settings);
        try {
            redis.restart();
            return redis;
        } catch (RuntimeException notStarted) {
            redis.close();
            throw notStarted;
        }
    }

    /** A Redis that does not run yet; {@link #restart()} starts it. */
    public static EmbeddedRedis stopped(int port, String... settings) {
        try {
            // The provider unpacks the binary for this platform into a new temporary directory.
            Path executable = RedisExecProvider.defaultProvider().get().toPath();
            EmbeddedRedis redis = new EmbeddedRedis(executable, port, List.of(settings));
            Runtime.getRuntime().addShutdownHook(redis.exitHook);
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded Redis could not be unpacked", e);
        } catch (NoClassDefFoundError notThere) {
            // Production does without its binaries, so they are not in the runnable jar.
            throw new IllegalStateException(
                    "The demo brings its own Redis in embedded-redis.jar, which has to be beside hermes-gateway.jar, where"
                            + " the build puts it",
                    notThere);
        }
    }

    /** A loopback port that was free a moment ago; none that the system may give to an outgoing connection meanwhile. */
    public static int freePort() {
        UncheckedIOException last = new UncheckedIOException(new IOException("no free port"));
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, PORT_AFTER_LAST);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                last = new UncheckedIOException(taken);
            }
        }
        throw last;
    }

    public int port() {
        return port;
    }

    /** {@code redis://127.0.0.1:port}, without a password. */
    public URI url() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    /** Kills the Redis, as a crash would: connections end, and nothing is kept. Does nothing if it does not run. */
    public void stop() {
        Process running = process;
        if (running == null) {
            return;
        }
        // SIGKILL also ends a paused process, and there is nothing to save.
        running.destroyForcibly();
        try {
            running.waitFor(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process = null;
    }

    /** Stops the Redis if it runs, and starts it empty on the same port. Returns when it accepts connections. */
    public void restart() {
        stop();
        Path output = directory.resolve("output.log");
        try {
            Process started = new ProcessBuilder(command())
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process = started;
            awaitReady(started, output);
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded Redis could not be started on port " + port, e);
        }
    }

    /** Suspends the process (SIGSTOP): connections stay open, but nothing is answered. */
    public void pause() {
        signal("STOP");
    }

    /** Resumes the process after {@link #pause()} (SIGCONT). */
    public void resume() {
        signal("CONT");
    }

    /** Ends the Redis and deletes its directory. May be called any number of times. */
    @Override
    public void close() {
        killAndDelete();
        try {
            Runtime.getRuntime().removeShutdownHook(exitHook);
        } catch (IllegalStateException alreadyExiting) {
            // The hook then finds nothing left to do.
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                executable.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                directory.toString(),
                "--save",
                "",
                "--appendonly",
                "no"));
        for (String setting : settings) {
            List<String> words = List.of(setting.split(" ", -1));
            command.add("--" + words.get(0));
            command.addAll(words.subList(1, words.size()));
        }
        return command;
    }

    private void awaitReady(Process started, Path output) throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        // Waits for the server's own message rather than for an answer on the port, which might come from another
        // server.
        while (!Files.readString(output).contains(READY)) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                stop();
                throw new IOException("It printed: " + Files.readString(output));
            }
            try {
                started.waitFor(10, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while starting", e);
            }
        }
    }

    private void signal(String name) {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("the embedded Redis on port " + port + " does not run");
        }
        try {
            int status = new ProcessBuilder("kill", "-" + name, Long.toString(running.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException("kill -" + name + " ended with status " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void killAndDelete() {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException alreadyGone) {
            // A temporary directory that somebody else cleans up is no reason to fail at the end.
        }
    }
}
