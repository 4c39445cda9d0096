package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In a JVM of their own: signals belong to a process. */
@Timeout(60)
class SignalsTest {

    @Test
    void anEndThatIsObeyedHasStatusZero() throws Exception {
        try (Child child = Child.start("ends")) {
            child.terminate();

            assertThat(child.said().readLine()).isEqualTo("first");
            assertThat(child.status()).isZero();
        }
    }

    @Test
    void whatIsLoggedLastIsWrittenBeforeTheEnd() throws Exception {
        try (Child child = Child.start("ends")) {
            child.terminate();

            assertThat(child.said().lines()).anyMatch(line -> line.strip().endsWith("line " + Terminated.LAST_LINE));
        }
    }

    @Test
    void aSecondSignalIsHeardWhileTheFirstIsBeingObeyed() throws Exception {
        try (Child child = Child.start("hangs")) {
            child.terminate();
            assertThat(child.said().readLine()).isEqualTo("first");

            child.terminate();

            assertThat(child.status()).isEqualTo(Terminated.SECOND);
        }
    }

    /** Init scripts, log rotation and closing terminals send it; unheard it would cut every stream without a word. */
    @Test
    void aHangUpIsHeardAndEndsNothing() throws Exception {
        try (Child child = Child.start("ends")) {
            child.hangUp();

            assertThat(child.said().readLine()).isEqualTo("hung up");
            child.terminate();
            assertThat(child.said().readLine()).isEqualTo("first");
            assertThat(child.status()).isZero();
        }
    }

    /** With {@code -Xrs} the JVM keeps its hands off signals: the process starts all the same, and ends at once. */
    @Test
    void aJvmThatHandsOutNoSignalsOnlyWarns() throws Exception {
        try (Child child = Child.start("hangs", "-Xrs")) {
            child.terminate();

            assertThat(child.status()).isEqualTo(128 + 15);
            assertThat(child.before()).anyMatch(line -> line.contains("signal=SIGTERM"));
        }
    }

    /** @param before what it said before it listened */
    private record Child(Process process, BufferedReader said, List<String> before) implements AutoCloseable {

        static Child start(String mode, String... jvmOptions) throws IOException {
            // A JVM hears nothing of a signal that it was started to ignore, as below nohup.
            List<String> command = new ArrayList<>(List.of("env", "--default-signal=HUP"));
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of(jvmOptions));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Terminated.class.getName(), mode));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            Child child = new Child(process, process.inputReader(), new ArrayList<>());
            String line = child.said.readLine();
            while (line != null && !line.equals("listening")) {
                child.before.add(line);
                line = child.said.readLine();
            }
            assertThat(line).as("after %s", child.before).isEqualTo("listening");
            return child;
        }

        /** Unlike {@link Process#destroy()} this leaves its streams open. */
        void terminate() {
            assertThat(process.toHandle().destroy()).isTrue();
        }

        void hangUp() throws IOException, InterruptedException {
            assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
        }

        int status() throws InterruptedException {
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
