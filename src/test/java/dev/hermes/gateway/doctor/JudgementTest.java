package dev.hermes.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the doctor makes of what it has seen. */
class JudgementTest {

    @ParameterizedTest
    @CsvSource({
        "hermes.example, hermes.example, true",
        "HERMES.example, hermes.EXAMPLE, true",
        "*.example, hermes.example, true",
        "*.example, a.hermes.example, false",
        "*.example, example, false",
        "hermes.example, other.example, false",
        "127.0.0.1, 127.0.0.1, true",
        "*.0.0.1, 127.0.0.1, false"
    })
    void aCertificateIsForItsNames(String name, String host, boolean matches) {
        assertThat(Trust.matches(name, host)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8000, http://localhost:8000",
        "https://hermes.example/, https://hermes.example",
        "https://hermes.example/api/v1/, https://hermes.example",
        "https://hermes.example/api/v1/events, https://hermes.example",
        "https://hermes.example/below/api/v1/events/, https://hermes.example/below",
        "http://[::1]:8000, http://[::1]:8000"
    })
    void anAddressIsTakenAsPeopleCopyIt(String text, String address) {
        assertThat(AddressProbe.parse("--url", text)).hasToString(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no address",
                "",
                "ftp://localhost",
                "http://",
                "http://user:word@localhost",
                "http://h:99999",
                "//h"
            })
    void whatIsNoAddressIsNamed(String text) {
        assertThatThrownBy(() -> AddressProbe.parse("--url", text))
                .isInstanceOf(Client.Failure.class)
                .hasMessageContaining("--url: " + text + " is no address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost/", "localhost:3000", "http://localhost/page", "*", "null", ""})
    void anOriginHasNoPath(String text) {
        assertThatThrownBy(() -> PageProbe.origin(text)).hasMessageContaining("--origin: " + text);
    }

    @ParameterizedTest
    @CsvSource({"4000, true", "-4000, true", "6000, false", "-6000, false"})
    void clocksMayBeAFewSecondsApart(long millis, boolean well) {
        Finding finding = AddressProbe.skew("clock", "it", Duration.ofMillis(millis), Duration.ofSeconds(5));

        assertThat(finding instanceof Finding.Well).isEqualTo(well);
        assertThat(finding.what()).contains(Math.abs(millis) / 1_000 + ".0 s");
    }

    @ParameterizedTest
    @EnumSource(Remedy.class)
    void aRemedyHasALineForEachProxy(Remedy remedy) {
        assertThat(remedy.lines(75)).containsOnlyKeys("Caddy", "nginx", "HAProxy", "Traefik");
        assertThat(remedy.lines(75).values()).noneMatch(line -> line.contains("%"));
    }

    @Test
    void aFindingIsOneLineWithItsThreeParts() {
        Finding finding =
                new Finding.Problem("buffering", "it waits", "nothing comes", "nginx", "proxy_buffering off;");

        assertThat(finding.line())
                .isEqualTo("FINDING   buffering: it waits. Why it matters: nothing comes. Write: nginx: proxy_buffering"
                        + " off;");
        assertThat(finding.json())
                .isEqualTo(new JsonObject()
                        .put("check", "buffering")
                        .put("severity", "finding")
                        .put("what", "it waits")
                        .put("why", "nothing comes")
                        .put("lines", new JsonObject().put("nginx", "proxy_buffering off;")));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, allkeys-lru, redis, ''",
        "1000, 10, noeviction, redis, ''",
        "1000, 10, allkeys-lru, redis, Redis eviction",
        "1000, 10, volatile-ttl, redis, Redis eviction",
        "200, 10, noeviction, redis, Redis memory",
        "200, 10, noeviction, memory, ''",
        "200, 10, allkeys-lru, redis, Redis eviction Redis memory"
    })
    void theMemoryOfRedisIsHeldAgainstTheBoundsOfTheLog(
            long most, long used, String policy, String history, String problems) {
        List<Finding> found = new ArrayList<>();
        ManagementProbe.memory(
                found,
                new JsonObject()
                        .put("maxmemory", most)
                        .put("used_memory", used)
                        .put("maxmemory_policy", policy)
                        .put("history", history)
                        .put("history_max_bytes", 100L));

        assertThat(found.stream()
                        .filter(Finding.Problem.class::isInstance)
                        .map(Finding::check)
                        .toList())
                .isEqualTo(problems.isEmpty() ? List.of() : List.of(problems.split(" (?=Redis)")));
    }
}
