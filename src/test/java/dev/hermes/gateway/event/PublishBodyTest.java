package dev.hermes.gateway.event;

import static dev.hermes.gateway.event.Messages.DOWNLOADS;
import static dev.hermes.gateway.event.Messages.PARSER;
import static dev.hermes.gateway.event.Messages.RECEIVED_AT;
import static dev.hermes.gateway.event.Messages.STATS;
import static dev.hermes.gateway.event.Messages.nested;
import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishBodyTest {

    private static final Map<String, ChannelName.Shape> CHANNELS =
            Map.of(DOWNLOADS.name(), DOWNLOADS, STATS.name(), STATS);
    private static final String GOOD = """
            {"channel":"stats:updates","type":"t","data":{}}""";

    @Test
    void takesOneEvent() {
        PublishBody.Outcome parsed =
                parse(json("{'type':'t','data': {'download_id' :'d','status':'x'} ,'channel':'download:updates',"
                        + "'timestamp':'then'}"));

        assertThat(parsed)
                .isEqualTo(new PublishBody.Outcome.Accepted(List.of(new Envelope(
                        "download:updates",
                        "t",
                        "d",
                        Map.of("download_id", "d", "status", "x"),
                        Buffer.buffer(json("{'download_id' :'d','status':'x'}")),
                        "then"))));
    }

    @Test
    void takesAnArrayInOrder() {
        StringBuilder body = new StringBuilder("[");
        for (int index = 0; index < 500; index++) {
            body.append(index == 0 ? "" : " ,\n").append(GOOD.replace("{}", json("{'n': %s.0}", index)));
        }
        PublishBody.Outcome parsed = parse(body + "]");

        assertThat(parsed).isInstanceOf(PublishBody.Outcome.Accepted.class);
        assertThat(((PublishBody.Outcome.Accepted) parsed).envelopes())
                .hasSize(500)
                .extracting(envelope -> envelope.data().toString())
                .startsWith(json("{'n': 0.0}"), json("{'n': 1.0}"))
                .endsWith(json("{'n': 499.0}"));
    }

    @Test
    void putsTheTimeOfReceiptWhereThereIsNone() {
        assertThat(((PublishBody.Outcome.Accepted) parse(GOOD))
                        .envelopes()
                        .get(0)
                        .timestamp())
                .isEqualTo(RECEIVED_AT.toString());
    }

    @Test
    void namesTheEventThatIsWrongAndTakesNone() {
        PublishBody.Outcome.Rejected rejected = rejected(
                "[" + GOOD + "," + GOOD + "," + GOOD + "," + GOOD.replace("\"t\"", "\"a b\"") + "," + GOOD + "]");

        assertThat(rejected.location()).containsExactly("body", 3, "type");
        assertThat(rejected.path()).isEqualTo("body[3].type");
        assertThat(rejected.message()).contains("a b", "[A-Za-z0-9_.-]{1,64}");
        assertThat(rejected.type()).isEqualTo("string_pattern_mismatch");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                "channel":"stats:updates","data":{}                          | body.type      | missing
                "channel":"stats:updates","type":"t"                         | body.data      | missing
                "type":"t","data":{}                                         | body.channel   | missing
                "channel":1,"type":"t","data":{}                             | body.channel   | string_type
                "channel":null,"type":"t","data":{}                          | body.channel   | string_type
                "channel":"x","type":"t","data":{}                           | body.channel   | value_error
                "channel":"stats:updates","type":1,"data":{}                 | body.type      | string_type
                "channel":"stats:updates","type":"gap","data":{}             | body.type      | value_error
                "channel":"stats:updates","type":"t","data":[]               | body.data      | dict_type
                "channel":"stats:updates","type":"t","data":{},"timestamp":1 | body.timestamp | string_type
                "channel":"stats:updates","type":"t","data":{},"Type":{}     | body.Type      | extra_forbidden
                """)
    void namesTheMemberThatIsWrong(String members, String path, String type) {
        PublishBody.Outcome.Rejected rejected = rejected("{" + members + "}");

        assertThat(rejected.path()).isEqualTo(path);
        assertThat(rejected.type()).isEqualTo(type);
        assertThat(rejected("[" + GOOD + ",{" + members + "}]").path()).isEqualTo(path.replace("body", "body[1]"));
    }

    @Test
    void namesTheUnknownChannel() {
        assertThat(rejected(GOOD.replace("stats:updates", "nope\\n")).message())
                .isEqualTo("must be a channel of the catalogue, but is 'nope?'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[" + GOOD, "[" + GOOD + ",]", GOOD + GOOD, "\uFEFF" + GOOD, "[" + GOOD + "] x"})
    void refusesWhatIsNotJson(String body) {
        assertThat(rejected(body).path()).isEqualTo("body");
        assertThat(rejected(body).type()).isEqualTo("json_invalid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "null", "\"x\""})
    void refusesWhatIsNeitherObjectNorArray(String body) {
        assertThat(rejected(body).path()).isEqualTo("body");
        assertThat(rejected("[" + GOOD + "," + body + "]").path()).isEqualTo("body[1]");
        assertThat(rejected("[[" + GOOD + "]]").path()).isEqualTo("body[0]");
    }

    @Test
    void refusesAnEmptyArray() {
        assertThat(rejected("[ ]").type()).isEqualTo("too_short");
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        EnvelopeParser small = new EnvelopeParser(Set.of(), GOOD.length());

        assertThat(small.parsePublish(CHANNELS::get, Buffer.buffer(GOOD), RECEIVED_AT))
                .isInstanceOf(PublishBody.Outcome.Accepted.class);
        assertThat(small.parsePublish(CHANNELS::get, Buffer.buffer(GOOD + " "), RECEIVED_AT))
                .isInstanceOf(PublishBody.Outcome.Rejected.class);
    }

    @Test
    void takesDataNestedAThousandDeepAndNoDeeper() {
        assertThat(parse("[" + GOOD.replace("{}", nested(1000)) + "]"))
                .isInstanceOf(PublishBody.Outcome.Accepted.class);
        assertThat(rejected("[" + GOOD + "," + GOOD.replace("{}", nested(1001)) + "]")
                        .path())
                .isEqualTo("body[1]");
        assertThat(rejected("[".repeat(100_000)).type()).isEqualTo("value_error");
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        Buffer body = Buffer.buffer(GOOD).setByte(2, (byte) 0xff);

        assertThat(PARSER.parsePublish(CHANNELS::get, body, RECEIVED_AT))
                .isInstanceOf(PublishBody.Outcome.Rejected.class);
    }

    private static PublishBody.Outcome parse(String body) {
        return PARSER.parsePublish(CHANNELS::get, Buffer.buffer(body), RECEIVED_AT);
    }

    private static PublishBody.Outcome.Rejected rejected(String body) {
        PublishBody.Outcome parsed = parse(body);
        assertThat(parsed).as(body).isInstanceOf(PublishBody.Outcome.Rejected.class);
        return (PublishBody.Outcome.Rejected) parsed;
    }
}
