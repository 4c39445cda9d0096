package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A page of {@link HermesStandIn} that is open in the browser, and that has to stay: a reload would be noticed. */
final class HermesTab {

    /** In seconds: tokens are good for the shortest time there is, and renewed twenty after they were handed out. */
    static final String RENEWED_OFTEN = "&ttl=60&early=40";

    static final long RENEWED_AFTER_MILLIS = 20_000;

    /**
     * {@code heldUp(from, to)}: for how long the page got no processor meanwhile. Told the time by a worker, since the
     * timers of a page in the background are slowed down on purpose.
     */
    private static final String COUNTS_HOLD_UPS = """
            (() => {
              const ticks = [];
              const clock = new Worker(URL.createObjectURL(new Blob(['setInterval(() => postMessage(0), 50)'])));
              clock.onmessage = () => ticks.push(Date.now());
              window.heldUp = (from, to) => ticks
                .map((at, index) => index > 0 && at > from && ticks[index - 1] < to ? at - ticks[index - 1] - 50 : 0)
                .filter((late) => late > 50)
                .reduce((all, late) => all + late, 0);
              return 0;
            })()""";

    private final String name;
    private final Browser browser;
    private final String tab;
    private final long loadedAt;

    /**
     * @param query {@code page=home}, say
     */
    HermesTab(Browser browser, String name, String origin, String query) {
        this.name = name;
        this.browser = browser;
        tab = browser.tab(origin + "/?" + query);
        assertThat(browser.runIn(tab, "try { return typeof loadedAt } catch (failure) { return `${failure}` }"))
                .as("what %s shows: %s", origin, browser.run("return document.documentElement.innerText"))
                .isEqualTo("number");
        loadedAt = number("loadedAt");
        number(COUNTS_HOLD_UPS);
    }

    String name() {
        return name;
    }

    private JsonArray list(String expression) {
        return new JsonArray(String.valueOf(browser.runIn(tab, "return JSON.stringify(" + expression + ")")));
    }

    long number(String expression) {
        return ((Number) browser.runIn(tab, "return " + expression)).longValue();
    }

    /** One of its API; {@code took} is how many milliseconds that took once it is answered, -1 before. */
    void call(String path) {
        number("(window.took = -1, window.asked = performance.now(), call(API + '" + path
                + "').then(() => { took = performance.now() - window.asked; }), 0)");
    }

    /** What its query has from the API now: how often the queue had changed. */
    long changesShown() {
        return number("fetches[0].value?.changes ?? -1");
    }

    void close() {
        browser.closeTab(tab);
    }

    /** What each of its streams shows now: the number of the last event, 0 before the first. */
    List<Long> shown() {
        return list("streams.map((stream) => stream.shown)").stream()
                .map(shown -> ((Number) shown).longValue())
                .toList();
    }

    boolean showsAtLeast(long number, int streams) {
        List<Long> shown = shown();
        return shown.size() == streams && shown.stream().allMatch(each -> each >= number);
    }

    /** How long after that moment the last of its streams showed that number or a later one, but for hold-ups. */
    Duration tookToShow(long number, long sinceMillis) {
        long last = list("streams.map(({at}) => at.find(([n]) => n >= " + number + ")[1])").stream()
                .mapToLong(at -> ((Number) at).longValue())
                .max()
                .orElseThrow();
        return Duration.ofMillis(last - sinceMillis - number("heldUp(" + sinceMillis + ", " + last + ")"));
    }

    /** The longest time in which one of its streams showed nothing new, from that number on, but for hold-ups. */
    Duration longestStandstill(long from) {
        return Duration.ofMillis(number("Math.max(...streams.map(({at}) => at.filter(([n]) => n > " + from
                + ").map(([, ms], index, all) => index === 0 ? 0 "
                + ": ms - all[index - 1][1] - heldUp(all[index - 1][1], ms))"
                + ".reduce((most, each) => Math.max(most, each), 0)))"));
    }

    /** Tokens that it asked for in vain, streams that it has given up, or that it was loaded anew. */
    List<String> failures() {
        List<String> failures = new java.util.ArrayList<>(
                list("failedTokens").stream().map(String::valueOf).toList());
        list("streams.filter(({error}) => error.startsWith('closed')).map(({name, error}) => name + ' ' + error)")
                .forEach(ended -> failures.add(String.valueOf(ended)));
        if (number("loadedAt") != loadedAt) {
            failures.add("loaded anew");
        }
        return failures;
    }

    /** What it showed in each second from that moment on; equal ones only once. */
    String diary(long fromMillis) {
        List<JsonObject> seconds = list("seconds").stream()
                .map(second -> (JsonObject) second)
                .filter(second -> second.getLong("at") >= fromMillis - 1_000)
                .toList();
        return IntStream.range(0, seconds.size())
                .filter(index -> index == 0 || !shows(seconds, index).equals(shows(seconds, index - 1)))
                .mapToObj(index -> "%+d s %s"
                        .formatted(
                                Math.round((seconds.get(index).getLong("at") - fromMillis) / 1_000.0),
                                shows(seconds, index)))
                .collect(Collectors.joining(" | ", name + ": ", ""));
    }

    private static String shows(List<JsonObject> seconds, int index) {
        return seconds.get(index).getString("shows");
    }
}
