package dev.hermes.gateway.auth;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredTokenTest {

    /** As Hermes' publisher code wrote it. */
    static final String OF_HERMES =
            json("{'scope': 'queue', 'user_id': 'u-1', 'expires_at': '2026-11-23T09:23:33.525090+00:00', "
                    + "'permissions': ['read'], 'created_at': '2026-11-23T09:13:33.525090+00:00'}");

    @Test
    void readsWhatHermesWrote() {
        assertThat(StoredToken.parse(OF_HERMES))
                .isEqualTo(new StoredToken("queue", "u-1", Instant.parse("2026-11-23T09:23:33.525090Z")));
    }

    @Test
    void writesWhatHermesWouldHaveWritten() {
        StoredToken token = new StoredToken("queue", "u-1", TestClock.START.plus(Duration.ofMinutes(10)));

        assertThat(token.json(TestClock.START)).isEqualTo(OF_HERMES);
    }

    @Test
    void escapesAsPythonDoes() {
        StoredToken token = new StoredToken("queue", "é\"\\/\n\u0001\u007f\ud83d\ude00", TestClock.START);

        assertThat(token.json(TestClock.START))
                .contains("\"user_id\": \"\\u00e9\\\"\\\\/\\n\\u0001\\u007f\\ud83d\\ude00\", ");
    }

    @Test
    void writesNoUserAsNull() {
        assertThat(new StoredToken("queue", null, TestClock.START).json(TestClock.START))
                .contains(json("'user_id': null, "));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-23T09:23:33.525090+00:00, 2026-11-23T09:23:33.525090Z",
        "2026-11-23T11:23:33.525090+02:00, 2026-11-23T09:23:33.525090Z",
        "2026-11-23T09:23:33.525+00:00:00, 2026-11-23T09:23:33.525Z",
        "2026-11-23T09:23:33+00:00, 2026-11-23T09:23:33Z",
        "2026-11-23T11:23:33+02:00, 2026-11-23T09:23:33Z",
        "2026-11-23T09:23:33Z, 2026-11-23T09:23:33Z",
        "2026-11-23T09:23:33.5, 2026-11-23T09:23:33.5Z",
        "2026-11-23T09:23:33, 2026-11-23T09:23:33Z",
    })
    void readsAnEndWithOffsetOrZOrNaive(String text, Instant expected) {
        StoredToken token = StoredToken.parse(json("{'scope':'queue','expires_at':'%s'}", text));

        assertThat(token).isEqualTo(new StoredToken("queue", null, expected));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                null
                []
                7
                not json
                {}
                {"scope":"queue"}
                {"expires_at":"2026-11-23T09:23:33Z"}
                {"scope":null,"expires_at":"2026-11-23T09:23:33Z"}
                {"scope":["queue"],"expires_at":"2026-11-23T09:23:33Z"}
                {"scope":"queue","expires_at":null}
                {"scope":"queue","expires_at":1795425813}
                {"scope":"queue","expires_at":"tomorrow"}
                {"scope":"queue","expires_at":""}
                {"scope":"queue","expires_at":"2026-11-23"}
                {"scope":"queue","expires_at":"+999999999-11-23T09:23:33Z"}
                {"scope":"queue","expires_at":"2026-11-23T09:23:33Z","permissions":[]}
                {"scope":"queue","expires_at":"2026-11-23T09:23:33Z","permissions":["write"]}
                {"scope":"queue","expires_at":"2026-11-23T09:23:33Z","permissions":"read"}
                """)
    @ValueSource(strings = {""})
    void readsNothingElse(String json) {
        assertThat(StoredToken.parse(json)).isNull();
    }

    @Test
    void survivesDeepNesting() {
        assertThat(StoredToken.parse(json("{'scope':%s", "[".repeat(100_000)))).isNull();
    }
}
