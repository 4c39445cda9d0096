package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in the README is run as a reader would run it, in a JVM of its own, letter for letter. */
class ReadmeExampleTest {

    private static final Pattern EXAMPLE =
            Pattern.compile("<!-- library-example -->\\s*```java\\n(?<program>.*?)```", Pattern.DOTALL);
    private static final Pattern COMMAND =
            Pattern.compile("curl -NH '(?<header>[^']+)' http://localhost:(?<port>\\d+)(?<path>/\\S+)");

    @Test
    void theGatewayInFifteenLinesSendsWhatItPromises(@TempDir Path folder) throws IOException, InterruptedException {
        String program = program();
        assertThat(program.lines()).hasSizeLessThanOrEqualTo(15);
        Path source = Files.writeString(folder.resolve("Example.java"), program);
        Process example = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString())
                .redirectErrorStream(true)
                .start();
        try {
            Matcher command = printedCommand(example);
            try (SseConnection stream = SseConnection.open(
                    Integer.parseInt(command.group("port")), command.group("path"), command.group("header"))) {
                Frame event = stream.nextEvent();
                assertThat(event.event()).isEqualTo("connected");
                event = stream.nextEvent();
                assertThat(event.event()).isEqualTo("queue_update");
                assertThat(event.data()).isEqualTo("{\"action\":\"added\"}");
            }
        } finally {
            example.destroyForcibly().waitFor();
        }
    }

    private static String program() throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("README.md")));
        assertThat(example.find()).as("the README has its example").isTrue();
        return example.group("program");
    }

    /** The line that the program prints for its reader. */
    private static Matcher printedCommand(Process example) throws IOException {
        List<String> printed = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(example.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                Matcher command = COMMAND.matcher(line);
                if (command.find()) {
                    return command;
                }
                printed.add(line);
            }
        }
        throw new AssertionError("ended without the command, printed: " + printed);
    }
}
