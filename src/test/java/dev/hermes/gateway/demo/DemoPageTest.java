package dev.hermes.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DemoPageTest {

    private static final List<String> SCRIPTS = List.of(
            "page.js",
            "access.js",
            "downloads.js",
            "format.js",
            "inspector.js",
            "latency.js",
            "queue.js",
            "resume.js",
            "stats.js",
            "tap.js",
            "trials.js");

    @Test
    void needsNothingButItsOwnFiles() throws IOException {
        for (String file : referencedFrom(read("index.html"), "(?:href|src)=\"/page/([^\"#]+)\"")) {
            assertThat(read(file)).as(file).isNotEmpty();
        }
        for (String script : SCRIPTS) {
            for (String file : referencedFrom(read(script), "from '\\./([^']+)'")) {
                assertThat(SCRIPTS).as("imported by " + script).contains(file);
            }
        }
    }

    @Test
    void worksWithoutInlineScriptOrStyle() throws IOException {
        assertThat(read("index.html")).doesNotContainPattern("<script(?![^>]*src=)|<style|\\sstyle=|\\son[a-z]+=");
    }

    @Test
    void putsNothingFromTheStreamIntoMarkup() throws IOException {
        for (String script : SCRIPTS) {
            assertThat(read(script))
                    .as(script)
                    .doesNotContainPattern("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(");
        }
    }

    @Test
    void hasEveryElementThatItsScriptFillsIn() throws IOException {
        String page = read("index.html");

        assertThat(referencedFrom(read("page.js"), "(?:at|show)\\('([^']+)'"))
                .hasSizeGreaterThan(20)
                .allSatisfy(id -> assertThat(page).contains("id=\"" + id + "\""));
    }

    private static List<String> referencedFrom(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .distinct()
                .toList();
    }

    private static String read(String file) throws IOException {
        try (InputStream content = Objects.requireNonNull(
                DemoPageTest.class.getResourceAsStream("/dev/hermes/gateway/page/" + file), file)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
