package dev.hermes.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisTest {

    @Test
    void answersOnItsPortAndKeepsNothingOverARestart() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            assertThat(ask(redis, "SET key value")).isEqualTo("+OK");
            assertThat(ask(redis, "CONFIG GET save")).isEqualTo("*2");
            redis.restart();
            assertThat(ask(redis, "EXISTS key")).isEqualTo(":0");
            assertThat(redis.url()).hasToString("redis://127.0.0.1:" + redis.port());
        }
    }

    @Test
    void refusesConnectionsWhileStopped() {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            redis.stop();
            assertThatThrownBy(() -> ask(redis, "PING")).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void isSilentWhilePausedAndGoesOnAfterwards() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            redis.pause();
            assertThatThrownBy(() -> ask(redis, "PING", 300)).isInstanceOf(SocketTimeoutException.class);
            redis.resume();
            assertThat(ask(redis, "PING")).isEqualTo("+PONG");
        }
    }

    @Test
    void takesSettingsOfRedis() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.startOnFreePort("requirepass secret")) {
            assertThat(ask(redis, "PING")).startsWith("-NOAUTH");
            assertThat(ask(redis, "AUTH secret")).isEqualTo("+OK");
        }
    }

    @Test
    void saysWhyItCannotStart() {
        try (EmbeddedRedis first = EmbeddedRedis.start()) {
            // The port answers, but it is another one's: the second must not be taken for started.
            assertThatThrownBy(() -> EmbeddedRedis.start(first.port(), "no-such-setting 1"))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasStackTraceContaining("no-such-setting");
        }
    }

    @Test
    void leavesNoProcessAndNoFileBehindWhenPausedAndClosed(@TempDir Path temporary) throws Exception {
        Process child = child(temporary, "close");
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertNothingLeft(child, temporary);
    }

    @Test
    void leavesNoProcessAndNoFileBehindWhenTheJvmIsTerminated(@TempDir Path temporary) throws Exception {
        Process child = child(temporary, "wait");
        long redis = readPid(child);
        child.destroy();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ProcessHandle.of(redis).filter(ProcessHandle::isAlive)).isEmpty();
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).isEmpty();
        }
    }

    private static void assertNothingLeft(Process child, Path temporary) throws IOException {
        long redis = readPid(child);
        assertThat(ProcessHandle.of(redis).filter(ProcessHandle::isAlive)).isEmpty();
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).isEmpty();
        }
    }

    private static long readPid(Process child) throws IOException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        assertThat(line).as("what the child printed").matches("\\d+");
        return Long.parseLong(line);
    }

    private static Process child(Path temporary, String then) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        // Else the JVM keeps its performance data where the test looks for leftovers.
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        then)
                .redirectErrorStream(true)
                .start();
    }

    private static String ask(EmbeddedRedis redis, String command) throws IOException {
        return ask(redis, command, 20_000);
    }

    private static String ask(EmbeddedRedis redis, String command, int patienceMillis) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
            socket.setSoTimeout(patienceMillis);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    /** A JVM that starts one, prints its pid, and closes it paused or waits to be terminated. */
    static final class Child {

        private Child() {}

        public static void main(String[] arguments) throws InterruptedException {
            EmbeddedRedis redis = EmbeddedRedis.start();
            redis.pause();
            System.out.println(
                    ProcessHandle.current().children().findFirst().orElseThrow().pid());
            if (arguments[0].equals("close")) {
                redis.close();
            } else {
                Thread.currentThread().join();
            }
        }
    }
}
