package dev.hermes.gateway.config;

import dev.hermes.gateway.config.ChannelReader.ParsedChannel.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** One mapping of a YAML file whose words are known. Wrong shapes are noted where they stand. */
final class YamlMapping {

    /** One item of a list, and where it stands. */
    record Item(String text, Place place) {}

    private final String file;
    private final String path;
    private final Node node;
    private final Map<String, Node> fields = new LinkedHashMap<>();
    private final SettingsException.Problems findings;

    private YamlMapping(MappingNode node, String file, String path, SettingsException.Problems findings) {
        this.file = file;
        this.path = path;
        this.node = node;
        this.findings = findings;
    }

    /** Null, and a problem, when {@code node} is no mapping. */
    static @Nullable YamlMapping of(
            Node node, String file, String path, Set<String> words, SettingsException.Problems findings) {
        String allowed = "words with a value each: " + String.join(", ", new TreeSet<>(words));
        if (!(node instanceof MappingNode mappingNode)) {
            findings.invalid(at(file, node, path), describe(node), allowed);
            return null;
        }
        YamlMapping mapping = new YamlMapping(mappingNode, file, path, findings);
        for (NodeTuple tuple : mappingNode.getValue()) {
            mapping.accept(tuple, words, allowed);
        }
        return mapping;
    }

    private void accept(NodeTuple tuple, Set<String> words, String allowed) {
        Node key = tuple.getKeyNode();
        String word = key instanceof ScalarNode scalar ? scalar.getValue() : describe(key);
        Place place = new Place(at(file, key, path), findings);
        if (!words.contains(word)) {
            place.invalid("unknown word " + word, allowed);
        } else if (fields.putIfAbsent(word, tuple.getValueNode()) != null) {
            place.invalid("a second " + word, "each word once");
        }
    }

    boolean has(String word) {
        return fields.containsKey(word);
    }

    /** Where the word's value stands; where the mapping does when the word is not there. */
    Place place(String word) {
        String prefix = path.isEmpty() ? "" : path + ".";
        return new Place(at(file, fields.getOrDefault(word, node), prefix + word), findings);
    }

    /** The scalar as it is written, or null when the word is not there or, with a problem, its value is no scalar. */
    @Nullable
    String text(String word) {
        Node value = fields.get(word);
        if (value == null) {
            return null;
        }
        String text = scalar(value);
        if (text == null) {
            place(word).invalid(describe(value), "text");
        }
        return text;
    }

    /** The items of a list of scalars; empty when the word is not there. */
    List<Item> items(String word) {
        List<Item> items = new ArrayList<>();
        forEach(word, (index, item) -> {
            Place place = new Place(at(file, item, place(word, index)), findings);
            String text = scalar(item);
            if (text == null) {
                place.invalid(describe(item), "text");
            } else {
                items.add(new Item(text, place));
            }
        });
        return items;
    }

    /** The items of a list of mappings. */
    List<YamlMapping> mappings(String word, Set<String> words) {
        List<YamlMapping> mappings = new ArrayList<>();
        forEach(word, (index, item) -> {
            YamlMapping mapping = of(item, file, place(word, index), words, findings);
            if (mapping != null) {
                mappings.add(mapping);
            }
        });
        return mappings;
    }

    private interface ItemReader {
        void read(int index, Node item);
    }

    private void forEach(String word, ItemReader reader) {
        Node value = fields.get(word);
        if (value instanceof SequenceNode sequence) {
            for (int index = 0; index < sequence.getValue().size(); index++) {
                reader.read(index, sequence.getValue().get(index));
            }
        } else if (value != null) {
            place(word).invalid(describe(value), "a list");
        }
    }

    private String place(String word, int index) {
        return (path.isEmpty() ? "" : path + ".") + word + "[" + index + "]";
    }

    private static @Nullable String scalar(Node node) {
        return node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL) ? scalar.getValue() : null;
    }

    private static String describe(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getTag().equals(Tag.NULL) ? "nothing" : scalar.getValue();
        }
        return node instanceof SequenceNode ? "a list" : "a mapping";
    }

    private static String at(String file, Node node, String path) {
        String line = file + ":" + (node.getStartMark().getLine() + 1);
        return path.isEmpty() ? line : line + ": " + path;
    }
}
