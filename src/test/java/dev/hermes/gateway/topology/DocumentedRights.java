package dev.hermes.gateway.topology;

import dev.hermes.gateway.fixture.RedisWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The account that the document tells people to make, made word for word. */
final class DocumentedRights {

    /** Its name and password as they stand in a URL. */
    static final String ACCOUNT = "hermes-gateway:a-long-password";

    private static final Path DOCUMENT = Path.of("src/site/markdown/redis.md");
    private static final Pattern LINE = Pattern.compile("(?m)^redis-cli (ACL SETUSER hermes-gateway .*)$");

    private DocumentedRights() {}

    /** What everybody needs. */
    static List<String> always() {
        return documented("reset ");
    }

    /** What is needed besides for another database than 0. */
    static List<String> otherDatabase() {
        return documented("+select");
    }

    /** What is needed besides in a Cluster. */
    static List<String> cluster() {
        return documented("+cluster|");
    }

    static void grant(int port, List<String> command) {
        RedisWire.ask(port, command.toArray(new String[0]));
    }

    /** What was refused to anybody so far. */
    static List<String> refused(int port) {
        return RedisWire.ask(port, "ACL", "LOG");
    }

    private static List<String> documented(String part) {
        try {
            String text = Files.readString(DOCUMENT).replace("\\\n", " ");
            return LINE.matcher(text)
                    .results()
                    .map(line -> words(line.group(1)))
                    .filter(words -> String.join(" ", words).contains("hermes-gateway " + part))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** As a shell takes it apart. */
    private static List<String> words(String line) {
        String command = line.replaceAll("#.*", "").replace("'", "").strip();
        return new ArrayList<>(Arrays.asList(command.split("\\s+")));
    }
}
