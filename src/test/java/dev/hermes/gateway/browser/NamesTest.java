package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The build shortens the names in {@code records.d.ts} wherever they stand, so they must be nobody else's. */
class NamesTest {

    private static final Path MODULES = Path.of("src", "main", "js");
    private static final Pattern FIELD = Pattern.compile("(?m)^ {2}(?:readonly )?(\\w+)[?]?[:(]");

    /** Anything in quotes that may also be the key of something: frames, events of the browser, fields by name. */
    private static final Pattern QUOTED = Pattern.compile("'([a-z_]+)'");

    @ParameterizedTest
    @ValueSource(strings = {"hermes-events.d.ts", "internal.d.ts"})
    void noneIsThatOfWhatAppsGatewaysOrOtherTabsSee(String file) throws IOException {
        assertThat(shortened()).isNotEmpty().doesNotContainAnyElementsOf(found(FIELD, file));
    }

    /** The keys of tables by frame and by kind of news. */
    @ParameterizedTest
    @ValueSource(strings = {"streams.js", "inbox.js"})
    void noneIsThatOfAFrame(String file) throws IOException {
        assertThat(found(FIELD, file)).isNotEmpty().doesNotContainAnyElementsOf(shortened());
    }

    @ParameterizedTest
    @ValueSource(strings = {"client.js", "requests.js", "sharing.js", "stream.js", "tabs.js", "recovery.js"})
    void noneStandsInQuotes(String file) throws IOException {
        assertThat(found(QUOTED, file)).isNotEmpty().doesNotContainAnyElementsOf(shortened());
    }

    private static Set<String> shortened() throws IOException {
        return found(FIELD, "records.d.ts");
    }

    private static Set<String> found(Pattern pattern, String file) throws IOException {
        return pattern.matcher(Files.readString(MODULES.resolve(file)))
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
