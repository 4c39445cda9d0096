package dev.hermes.gateway.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The README and the documents it leads to, and what stands in them. */
final class Documents {

    private static final Path README = Path.of("README.md");
    private static final Path FOLDER = Path.of("src/site/markdown");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^( *)```(\\w+)\\n(.*?)^\\1```$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

    /** A fenced block: where it stands, and without the indentation it stands at. */
    record Block(Path file, String language, String text) {

        @Override
        public String toString() {
            return language + " in " + file.getFileName() + ": "
                    + text.lines().findFirst().orElse("");
        }
    }

    /** A link to another place in this repository. */
    record Link(Path file, String target) {}

    private Documents() {}

    static List<Path> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return Stream.concat(Stream.of(README), files.sorted()).toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Path named(String name) {
        return FOLDER.resolve(name);
    }

    static List<Block> blocks(String language) {
        List<Block> blocks = new ArrayList<>();
        for (Path file : all()) {
            Matcher found = BLOCK.matcher(read(file));
            while (found.find()) {
                if (found.group(2).equals(language)) {
                    String text = found.group(3).replaceAll("(?m)^" + found.group(1), "");
                    blocks.add(new Block(file, language, text));
                }
            }
        }
        return blocks;
    }

    /** Those that lead to files. */
    static List<Link> links() {
        List<Link> links = new ArrayList<>();
        for (Path file : all()) {
            Matcher found = LINK.matcher(read(file));
            while (found.find()) {
                if (!found.group(1).startsWith("http")) {
                    links.add(new Link(file, found.group(1)));
                }
            }
        }
        return links;
    }

    /** As they are linked to. */
    static List<String> anchors(Path file) {
        return HEADING.matcher(read(file))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 -]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
