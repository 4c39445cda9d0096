package dev.hermes.gateway.event;

import static dev.hermes.gateway.event.Messages.DOWNLOADS;
import static dev.hermes.gateway.event.Messages.PARSER;
import static dev.hermes.gateway.event.Messages.RECEIVED_AT;
import static dev.hermes.gateway.event.Messages.STATS;
import static dev.hermes.gateway.event.Messages.accepted;
import static dev.hermes.gateway.event.Messages.nested;
import static dev.hermes.gateway.event.Messages.rejected;
import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeParserTest {

    private static final String TIMESTAMP = "2026-11-23T09:13:33.590833+00:00";

    @Test
    void takesAnEnvelopeApart() {
        Envelope envelope = accepted(json(
                "{'type': 'download_progress', 'data': {'download_id': 'd-1', 'status': 'downloading', "
                        + "'progress': 4.20}, 'timestamp': '%s'}",
                TIMESTAMP));

        assertThat(envelope)
                .isEqualTo(new Envelope(
                        "download:updates",
                        "download_progress",
                        "d-1",
                        Map.of("download_id", "d-1", "status", "downloading"),
                        Buffer.buffer(json("{'download_id': 'd-1', 'status': 'downloading', 'progress': 4.20}")),
                        TIMESTAMP));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                {}
                { }
                {"n":[1.50,-0,1E+5,1e-07,123456789012345678901234567890,0.1000]}
                {"a":1,"a":2,"":3}
                {"data":{"type":"x","data":{}},"timestamp":["}","{"]}
                {"a":true,"b":false,"c":null,"d":{},"e":[]}
                """)
    @ValueSource(
            strings = {
                "{\r\n}",
                "{\t\"b\" :1 ,\n\"a\":\r\n2 }",
                "{\"s\":\"\\u00e9\\/\\\"\\\\\\ud83d\\ude00\\ud800\"}",
                "{\"s\":\"é日本😀\u2028\u0085\"}",
                "{\"s\":\"}{][\\\"}\"}"
            })
    void keepsEveryByteOfTheData(String data) {
        assertThat(accepted(json(" {'type':'t' , 'data' :\n%s\t,'x':{'data':7}}\r\n ", data))
                        .data())
                .isEqualTo(Buffer.buffer(data));
    }

    @Test
    void holdsNothingOfTheMessageButTheData() {
        byte[] message = json("{'type':'t','data':{'a':1}}").getBytes(StandardCharsets.UTF_8);
        Buffer buffer = Buffer.buffer(message);
        Envelope envelope = accepted(PARSER.parse(ChannelName.of(DOWNLOADS), buffer, RECEIVED_AT));

        buffer.setBytes(0, new byte[message.length]);

        assertThat(envelope.data()).isEqualTo(Buffer.buffer(json("{'a':1}")));
    }

    @Test
    void findsMembersInAnyOrder() {
        Envelope envelope = accepted(json("{'timestamp':'now','data':{'status':'x'},'type':'t'}"));

        assertThat(envelope.type()).isEqualTo("t");
        assertThat(envelope.timestamp()).isEqualTo("now");
        assertThat(envelope.fields()).containsExactly(Map.entry("status", "x"));
    }

    @Test
    void letsTheLastOfEqualMembersCount() {
        Envelope envelope =
                accepted(json("{'type':1,'type':'t','data':[],'data':{'status':'a','download_id':1,'status':'b',"
                        + "'download_id':[]},'timestamp':0,'timestamp':'now'}"));

        assertThat(envelope.type()).isEqualTo("t");
        assertThat(envelope.fields()).containsExactly(Map.entry("status", "b"));
        assertThat(envelope.key()).isNull();
        assertThat(rejected(json("{'type':'t','data':{},'data':[]}")).reason()).isEqualTo(Parsed.Reason.WRONG_TYPE);
    }

    @Test
    void takesScalarsAsTheyAreWritten() {
        assertThat(fieldsOf(json("{'status':1.50,'action':true,'event':'a\\u0062','download_id':-0}")))
                .containsOnly(
                        Map.entry("status", "1.50"),
                        Map.entry("action", "true"),
                        Map.entry("event", "ab"),
                        Map.entry("download_id", "-0"));
    }

    @Test
    void takesNoFieldsButTopLevelScalarsThatFiltersKnow() {
        assertThat(fieldsOf(json("{'status':null,'action':{'status':'x'},'event':['x'],'other':'x'}")))
                .isEmpty();
    }

    @Test
    void prefersTheKeyInTheDataToTheOneInTheName() {
        assertThat(keyOf(json("{'download_id':'from data'}"))).isEqualTo("from data");
        assertThat(keyOf(json("{'download_id':17}"))).isEqualTo("17");
        assertThat(keyOf(json("{'download_id':''}"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                {}
                {"download_id":null}
                {"download_id":{}}
                {"a":{"download_id":"x"}}
                """)
    void takesTheKeyFromTheNameIfTheDataHaveNone(String data) {
        assertThat(keyOf(data)).isEqualTo("from name");
    }

    @Test
    void carriesAKeyWhateverItsForm() {
        assertThat(keyOf(json("{'download_id':'a b\\u0000\\n/ö'}"))).isEqualTo("a b\0\n/ö");
    }

    @Test
    void givesNoKeyToAChannelWithoutOne() {
        Buffer message = Buffer.buffer(json("{'type':'t','data':{'download_id':'d'}}"));

        assertThat(accepted(PARSER.parse(ChannelName.of(STATS), message, RECEIVED_AT))
                        .key())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"timestamp\":null"})
    void putsTheTimeOfReceiptWhereTheProducerGaveNone(String timestamp) {
        assertThat(accepted(json("{'type':'t','data':{}%s}", timestamp)).timestamp())
                .isEqualTo("2026-11-23T09:13:33.590833Z");
    }

    @Test
    void takesMessagesOfAMegabyte() {
        String data = json(
                "{'s':'%s','n':%s,'%s':%s}", "é".repeat(500_000), "9".repeat(5_000), "k".repeat(60_000), nested(2));

        assertThat(accepted(json("{'type':'t','data':%s}", data)).data()).isEqualTo(Buffer.buffer(data));
    }

    @Test
    void takesTextsOfTheLargestSizeWhateverTheyAreMadeOf() {
        int most = Messages.MAX_EVENT_BYTES - 100;
        for (String value :
                new String[] {"\"" + "s".repeat(most) + "\"", "1".repeat(most), json("{'%s':1}", "n".repeat(most))}) {
            String data = json("{'status':%s}", value);
            assertThat(accepted(json("{'type':'t','data':%s}", data)).data()).isEqualTo(Buffer.buffer(data));
        }
    }

    @Test
    void takesDataNestedAThousandDeepByEveryDoor() {
        String data = nested(1000);

        assertThat(accepted(json("{'type':'t','data':%s}", data)).data()).isEqualTo(Buffer.buffer(data));
        assertThat(accepted(PARSER.ofEntry(ChannelName.of(DOWNLOADS), "t", Buffer.buffer(data), null, RECEIVED_AT))
                        .data())
                .isEqualTo(Buffer.buffer(data));
    }

    @Test
    void readsManyDifferentNames() {
        for (int message = 0; message < 30; message++) {
            StringBuilder data = new StringBuilder(json("{'status':'s'"));
            for (int name = 0; name < 5_000; name++) {
                data.append(",\"name ")
                        .append(message)
                        .append(' ')
                        .append(name)
                        .append("\":")
                        .append(name);
            }
            data.append('}');

            assertThat(accepted(json("{'type':'t','data':%s}", data)).data()).isEqualTo(Buffer.buffer(data.toString()));
        }
    }

    @Test
    void takesAnEntryWhosePartsAreApart() {
        Buffer data = Buffer.buffer(json(" {'download_id': 'd', 'status': 'x'}\n"));

        assertThat(accepted(PARSER.ofEntry(ChannelName.of(DOWNLOADS), "t", data, "then", RECEIVED_AT)))
                .isEqualTo(new Envelope(
                        "download:updates", "t", "d", Map.of("download_id", "d", "status", "x"), data, "then"));
        assertThat(accepted(PARSER.ofEntry(ChannelName.of(DOWNLOADS), "t", data, null, RECEIVED_AT))
                        .timestamp())
                .isEqualTo(RECEIVED_AT.toString());
    }

    @Test
    void isLoggedUnderTheNameThatHasTheKeyOnlyWhereTheDataHasNone() {
        ChannelName named = new ChannelName(DOWNLOADS, "download:d:progress", "d");
        Buffer without = Buffer.buffer(json("{'type':'t','data':{}}"));
        Buffer with = Buffer.buffer(json("{'type':'t','data':{'download_id':'d'}}"));

        assertThat(accepted(PARSER.parse(named, without, RECEIVED_AT)).loggedAs())
                .isEqualTo("download:d:progress");
        assertThat(accepted(PARSER.parse(named, with, RECEIVED_AT)).loggedAs()).isEqualTo("download:updates");
    }

    private static Map<String, String> fieldsOf(String data) {
        return accepted(json("{'type':'t','data':%s}", data)).fields();
    }

    private static String keyOf(String data) {
        Buffer message = Buffer.buffer(json("{'type':'t','data':%s}", data));
        return String.valueOf(accepted(PARSER.parse(
                        new ChannelName(DOWNLOADS, "download:from name:progress", "from name"), message, RECEIVED_AT))
                .key());
    }
}
