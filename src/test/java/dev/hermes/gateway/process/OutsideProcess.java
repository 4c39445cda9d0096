package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** A program that a test has started, and every line it prints. Closing ends it and what it started, at once. */
public final class OutsideProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<Thread> readers;

    private OutsideProcess(Process process) {
        this.process = process;
        this.readers = List.of(reading(process.getInputStream(), output), reading(process.getErrorStream(), errors));
    }

    public static OutsideProcess start(ProcessBuilder builder) {
        try {
            return new OutsideProcess(builder.start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Skips the test where a program is not installed; where {@code CI=true} says that all must run, fails it. */
    static void require(String... programs) {
        for (String program : programs) {
            if (!Files.isExecutable(Path.of(program))) {
                if ("true".equals(System.getenv("CI"))) {
                    throw new AssertionError(program + " is not installed, and with CI=true nothing is skipped");
                }
                System.out.println("skipped, since " + program + " is not installed");
                throw new TestAbortedException(program + " is not installed");
            }
        }
    }

    /** The first line, of either kind of output, in which the pattern is found. */
    public MatchResult await(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return Objects.requireNonNull(Awaitility.await()
                .alias(pattern + " in what process " + process.pid() + " prints")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .failFast("it ended: " + lines(), () -> !process.isAlive() && find(compiled) == null)
                .until(() -> find(compiled), Objects::nonNull));
    }

    private @Nullable MatchResult find(Pattern pattern) {
        return lines().stream()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .findFirst()
                .map(Matcher::toMatchResult)
                .orElse(null);
    }

    /** {@code signal("TERM")}. */
    public void signal(String name) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(status).as("status of kill -%s", name).isZero();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    /** Its status, once it has ended and all it printed is read. */
    public int awaitExit(Duration patience) {
        try {
            assertThat(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS))
                    .as("ended within %s; it printed %s", patience, lines())
                    .isTrue();
            for (Thread reader : readers) {
                reader.join(PATIENCE.toMillis());
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** What it has started and what that has started, so far. */
    public List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    public List<String> output() {
        return List.copyOf(output);
    }

    public List<String> errors() {
        return List.copyOf(errors);
    }

    public List<String> lines() {
        return Stream.concat(output.stream(), errors.stream()).toList();
    }

    @Override
    public void close() {
        List<ProcessHandle> started = descendants();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
        awaitExit(PATIENCE);
    }

    private static Thread reading(InputStream from, List<String> into) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines =
                            new BufferedReader(new java.io.InputStreamReader(from, StandardCharsets.UTF_8))) {
                        lines.lines().forEach(into::add);
                    } catch (IOException | UncheckedIOException ended) {
                        // Ended by force: what was read is what there is.
                    }
                },
                "outside-process-output");
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private static AssertionError interrupted(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new AssertionError(interrupted);
    }
}
