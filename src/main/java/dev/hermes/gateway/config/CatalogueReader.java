package dev.hermes.gateway.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads {@code channels.yaml} from its syntax tree, so that every problem can name its line. Nothing is ever constructed
 * from the file but strings.
 */
final class CatalogueReader {

    private static final String CHANNELS = "channels";

    private CatalogueReader() {}

    /** The catalogue; what is not allowed is noted in {@code findings} and left out. */
    static Catalogue read(String file, String text, Findings findings) {
        Node root;
        try {
            root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (MarkedYAMLException malformed) {
            Mark mark = malformed.getProblemMark();
            String line = mark == null ? "" : ":" + (mark.getLine() + 1);
            findings.refuse(file + line, oneLine(malformed.getProblem()), "one YAML document");
            return new Catalogue(Map.of());
        } catch (YAMLException | NumberFormatException malformed) {
            // The latter for an escape of a character with too few digits, which the library does not expect.
            findings.refuse(file, oneLine(malformed.getMessage()), "one YAML document");
            return new Catalogue(Map.of());
        }
        List<ReadChannel> channels = new ArrayList<>();
        if (root != null) {
            YamlMapping top = YamlMapping.of(root, file, "", Set.of(CHANNELS), findings);
            if (top != null && top.has(CHANNELS)) {
                for (YamlMapping channel : top.mappings(CHANNELS, ChannelReader.WORDS)) {
                    channels.add(new ChannelReader(channel).read());
                }
            }
        }
        CatalogueRules.check(channels);
        if (channels.isEmpty()
                && findings.problems().stream()
                        .noneMatch(problem -> problem.name().startsWith(file))) {
            findings.refuse(file, "no channel", "channels: and at least one channel below it");
        }
        return Catalogue.of(channels.stream().map(ReadChannel::channel).toList());
    }

    private static String oneLine(@Nullable String message) {
        return String.valueOf(message).replaceAll("\\s*\\R\\s*", " ");
    }
}
