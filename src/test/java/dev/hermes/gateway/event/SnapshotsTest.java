package dev.hermes.gateway.event;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"a": 1.0}                    | {"download_id":"d-1","a": 1.0}
                { "a":"é😀\\u00e9" }           | {"download_id":"d-1", "a":"é😀\\u00e9" }
                {}                            | {"download_id":"d-1"}
                { }                           | {"download_id":"d-1" }
                {"a":{"download_id":"x"}}     | {"download_id":"d-1","a":{"download_id":"x"}}
                {"a":"download_id"}           | {"download_id":"d-1","a":"download_id"}
                {"download_id":"x","a":1}     | {"download_id":"x","a":1}
                {"a":1, "download_id":null}   | {"a":1, "download_id":null}
                {"a":1,"\\u0064ownload_id":2} | {"a":1,"\\u0064ownload_id":2}
                """)
    void putsTheIdBehindTheFirstBraceUnlessItIsThere(String snapshot, String expected) {
        assertThat(Snapshots.withKey(Buffer.buffer(snapshot), "download_id", "d-1"))
                .isEqualTo(Buffer.buffer(expected));
    }

    @Test
    void keepsTheSpaceAroundTheObject() {
        assertThat(Snapshots.withKey(Buffer.buffer(json("\r\n {'a':1}\n")), "download_id", "d-1"))
                .isEqualTo(Buffer.buffer(json("\r\n {'download_id':'d-1','a':1}\n")));
    }

    @Test
    void writesAnyIdAsJson() {
        String id = "a\"\\\n\0é😀";
        Buffer withKey = Snapshots.withKey(Buffer.buffer("{}"), "download_id", id);

        assertThat(new JsonObject(String.valueOf(withKey)).getString("download_id"))
                .isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[]", "null", "1", "\"{}\"", "{", "{\"a\":1", "{}{}", "{} x", "{a:1}", "\uFEFF{}"})
    void makesNothingOfWhatIsNoObject(String snapshot) {
        assertThat(Snapshots.withKey(Buffer.buffer(snapshot), "download_id", "d-1"))
                .isNull();
    }

    @Test
    void makesNothingOfWhatCouldNotBeData() {
        assertThat(Snapshots.withKey(Buffer.buffer(Messages.nested(1001)), "download_id", "d-1"))
                .isNull();
        assertThat(Snapshots.withKey(
                        Buffer.buffer(json("{'a':'")).appendByte((byte) 0xff).appendString("\"}"),
                        "download_id",
                        "d-1"))
                .isNull();
        assertThat(Snapshots.withKey(Buffer.buffer(Messages.nested(1000)), "download_id", "d-1"))
                .isNotNull();
    }
}
