package dev.hermes.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.demo.Capture;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PythonJsonTest {

    @Test
    void printsWhatHermesWroteLetterForLetter() {
        List<String> written = Capture.commands().stream()
                .filter(command -> command.containsKey("value"))
                .map(command -> command.getString("value"))
                .toList();

        assertThat(written)
                .hasSizeGreaterThan(40)
                .allSatisfy(value ->
                        assertThat(PythonJson.dumps(new JsonObject(value))).isEqualTo(value));
    }

    @Test
    void printsLargeAndSmallNumbersWithoutAnExponent() {
        JsonObject numbers =
                new JsonObject().put("large", 53_574_414.964_030_65).put("small", 0.000_5);

        assertThat(PythonJson.dumps(numbers)).isEqualTo("{\"large\": 53574414.96403065, \"small\": 0.0005}");
    }

    @Test
    void printsInstantsWithMicrosecondsAndOffset() {
        assertThat(PythonTime.format(Instant.parse("2026-11-23T09:13:33.52509Z")))
                .isEqualTo("2026-11-23T09:13:33.525090+00:00");
    }
}
