package dev.hermes.gateway.event;

import static dev.hermes.gateway.event.Messages.DOWNLOADS;
import static dev.hermes.gateway.event.Messages.MAX_EVENT_BYTES;
import static dev.hermes.gateway.event.Messages.PARSER;
import static dev.hermes.gateway.event.Messages.RECEIVED_AT;
import static dev.hermes.gateway.event.Messages.accepted;
import static dev.hermes.gateway.event.Messages.nested;
import static dev.hermes.gateway.event.Messages.parse;
import static dev.hermes.gateway.event.Messages.rejected;
import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.Charset;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RejectionReasonTest {

    private static final String GOOD = json("{'type':'t','data':{}}");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                hello
                {
                {"type":"t","data":{}
                {"type":"t","data":{"a":1
                {"type":"t","data":{}}}
                {"type":"t","data":{}} x
                {"type":"t","data":{}}{}
                {type:"t","data":{}}
                {"type":"t","data":{},}
                {"type":"t","data":{}/* */}
                {"type":"t","data":{"n":NaN}}
                {"type":"t","data":{"n":Infinity}}
                {"type":"t","data":{"n":-Infinity}}
                {"type":"t","data":{"n":01}}
                {"type":"t","data":{"n":+1}}
                {"type":"t","data":{"n":.5}}
                {"type":"t","data":{"n":5.}}
                {"type":"t","data":{"n":1e}}
                {"type":"t","data":{"n":0x1}}
                {"type":"t","data":{"n":[1,]}}
                {"type":"t","data":{"s":"\\x"}}
                {"type":"t","data":{"s":"\\u12"}}
                {"type":"t","data":{"a":tru}}
                [1
                1 2
                """)
    @ValueSource(
            strings = {
                "",
                " ",
                "{\"type\":\"t\",\"data\":{}}\0",
                "\uFEFF{\"type\":\"t\",\"data\":{}}",
                "{'type':'t','data':{}}",
                "{\"type\":\"t\",\"data\":{\"s\":\"a\rb\"}}",
                "{\"type\":\"t\",\"data\":{\"s\":\"a\nb\"}}",
                "{\"type\":\"t\",\"data\":{\"s\":\"a\0b\"}}",
                "{\"type\":\"t\",\"data\":{\u0001}}"
            })
    void namesWhatIsNotJson(String message) {
        assertThat(rejected(message).reason()).isEqualTo(Parsed.Reason.NOT_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{}]", "1", "-1.5e3", "\"x\"", "null", "true", " [1, {\"a\":[]}] "})
    void namesWhatIsNoObject(String message) {
        assertThat(rejected(message).reason()).isEqualTo(Parsed.Reason.NOT_AN_OBJECT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                {}                                    | MISSING_TYPE
                {"data":{}}                           | MISSING_TYPE
                {"type":"t"}                          | MISSING_DATA
                {"type":"t","a":{"data":{}}}          | MISSING_DATA
                {"type":1,"data":{}}                  | WRONG_TYPE
                {"type":null,"data":{}}               | WRONG_TYPE
                {"type":{"type":"t"},"data":{}}       | WRONG_TYPE
                {"type":"t","data":null}              | WRONG_TYPE
                {"type":"t","data":[]}                | WRONG_TYPE
                {"type":"t","data":"{}"}              | WRONG_TYPE
                {"type":"t","data":{},"timestamp":1}  | WRONG_TYPE
                {"type":"t","data":{},"timestamp":{}} | WRONG_TYPE
                """)
    void namesTheMemberThatIsMissingOrOfTheWrongType(String message, Parsed.Reason reason) {
        assertThat(rejected(message).reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a:b",
                "a/b",
                "a\\r\\nid: 0-0",
                "a\\r",
                "a\\n",
                "a\\u0000",
                "é",
                "\\u00e9",
                "\\ud800",
                "a*"
            })
    void refusesTypesThatCouldForgeAFrame(String type) {
        assertThat(rejected(json("{'type':'%s','data':{}}", type)).reason()).isEqualTo(Parsed.Reason.BAD_TYPE);
    }

    @Test
    void boundsTheTypesLength() {
        assertThat(accepted(GOOD.replace("\"t\"", "\"" + "t".repeat(64) + "\"")).type())
                .hasSize(64);
        assertThat(rejected(GOOD.replace("\"t\"", "\"" + "t".repeat(65) + "\"")).reason())
                .isEqualTo(Parsed.Reason.BAD_TYPE);
    }

    @Test
    void takesEveryCharacterATypeMayHave() {
        String all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

        assertThat(accepted(GOOD.replace("\"t\"", "\"" + all.substring(0, 40) + "\""))
                        .type())
                .isEqualTo(all.substring(0, 40));
        assertThat(accepted(GOOD.replace("\"t\"", "\"" + all.substring(40) + "\""))
                        .type())
                .isEqualTo(all.substring(40));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "error",
                "open",
                "message",
                "connected",
                "heartbeat",
                "gap",
                "closing",
                "backend",
                "unavailable",
                "token_expiring",
                "\\u0067ap"
            })
    void keepsTheGatewaysOwnTypes(String type) {
        assertThat(rejected(json("{'type':'%s','data':{}}", type)).reason()).isEqualTo(Parsed.Reason.RESERVED_TYPE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // a continuation alone
                "C3", // cut off at the end of the string
                "E282", // cut off
                "F09F98", // cut off
                "C080", // overlong NUL
                "C1BF", // overlong
                "E08080", // overlong
                "E09FBF", // overlong
                "F08FBFBF", // overlong
                "EDA080", // high surrogate
                "EDBFBF", // low surrogate
                "EDA0BDEDB880", // a pair of surrogates, as CESU-8 has them
                "F4908080", // above U+10FFFF
                "F5808080",
                "F8888080 80",
                "FE",
                "FF"
            })
    void refusesBytesThatAreNotUtf8(String hex) {
        byte[] bad = HexFormat.of().parseHex(hex.replace(" ", ""));
        Buffer inString = Buffer.buffer(json("{'type':'t','data':{'s':'"))
                .appendBytes(bad)
                .appendString("\"}}");
        Buffer inName =
                Buffer.buffer(json("{'type':'t','data':{'")).appendBytes(bad).appendString("\":1}}");
        Buffer atTheEnd = Buffer.buffer(GOOD).appendBytes(bad);

        assertThat(rejected(parse(inString.getBytes())).reason()).isEqualTo(Parsed.Reason.INVALID_UTF8);
        assertThat(rejected(parse(inName.getBytes())).reason()).isEqualTo(Parsed.Reason.INVALID_UTF8);
        assertThat(rejected(parse(atTheEnd.getBytes())).reason()).isEqualTo(Parsed.Reason.INVALID_UTF8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
    void readsNothingButUtf8(String charset) {
        assertThat(rejected(parse(GOOD.getBytes(Charset.forName(charset)))).reason())
                .isIn(Parsed.Reason.NOT_JSON, Parsed.Reason.INVALID_UTF8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 1002, 1003, 100_000})
    void refusesDataThatNestTooDeepByEveryDoor(int depth) {
        String data = nested(depth);

        assertThat(rejected(json("{'type':'t','data':%s}", data)).reason()).isEqualTo(Parsed.Reason.TOO_DEEP);
        assertThat(rejected(PARSER.ofEntry(ChannelName.of(DOWNLOADS), "t", Buffer.buffer(data), null, RECEIVED_AT))
                        .reason())
                .isEqualTo(Parsed.Reason.TOO_DEEP);
    }

    @Test
    void refusesNestingOutsideTheDataToo() {
        String deep = "[".repeat(100_000);

        assertThat(rejected(deep).reason()).isEqualTo(Parsed.Reason.TOO_DEEP);
        assertThat(rejected(json("{'x':%s", deep)).reason()).isEqualTo(Parsed.Reason.TOO_DEEP);
        assertThat(rejected(json("{'a':").repeat(100_000)).reason()).isEqualTo(Parsed.Reason.TOO_DEEP);
    }

    @Test
    void refusesWhatIsOneByteTooLarge() {
        int largest = 100;
        EnvelopeParser parser = new EnvelopeParser(Set.of(), largest);
        String message = GOOD + " ".repeat(largest - GOOD.length());

        assertThat(accepted(parser.parse(ChannelName.of(DOWNLOADS), Buffer.buffer(message), RECEIVED_AT))
                        .type())
                .isEqualTo("t");
        Parsed.Rejected rejected =
                rejected(parser.parse(ChannelName.of(DOWNLOADS), Buffer.buffer(message + " "), RECEIVED_AT));
        assertThat(rejected.reason()).isEqualTo(Parsed.Reason.TOO_LARGE);
        assertThat(rejected.detail()).contains("101", "100", "HERMES_MAX_EVENT_BYTES");
    }

    @Test
    void judgesEntriesAlike() {
        assertThat(ofEntry("gap", "{}")).isEqualTo(Parsed.Reason.RESERVED_TYPE);
        assertThat(ofEntry("a b", "{}")).isEqualTo(Parsed.Reason.BAD_TYPE);
        assertThat(ofEntry("t", "[]")).isEqualTo(Parsed.Reason.WRONG_TYPE);
        assertThat(ofEntry("t", "{} {}")).isEqualTo(Parsed.Reason.NOT_JSON);
        assertThat(ofEntry("t", "")).isEqualTo(Parsed.Reason.NOT_JSON);
        assertThat(ofEntry("t", json("{'a':'%s'}", "x".repeat(MAX_EVENT_BYTES))))
                .isEqualTo(Parsed.Reason.TOO_LARGE);
        assertThat(rejected(PARSER.ofEntry(
                                ChannelName.of(DOWNLOADS),
                                "t",
                                Buffer.buffer(new byte[] {'{', (byte) 0xff, '}'}),
                                null,
                                RECEIVED_AT))
                        .reason())
                .isEqualTo(Parsed.Reason.INVALID_UTF8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b[31mred", "{\"type\":\"a\\r\\nlevel=error b\",\"data\":{}}", "{\u009b\u0007x}"})
    void saysWhyInOnePrintableLine(String message) {
        assertThat(rejected(message).detail()).matches("[^\\p{Cc}]+").hasSizeLessThan(500);
    }

    @Test
    void saysWhyBrieflyHoweverLongTheMessage() {
        assertThat(rejected("x".repeat(1_000_000)).detail()).hasSizeLessThan(500);
        assertThat(rejected(GOOD.replace("\"t\"", "\"" + "ä".repeat(1_000_000) + "\""))
                        .detail())
                .hasSizeLessThan(500)
                .contains("type", "[A-Za-z0-9_.-]{1,64}");
    }

    @Test
    void labelsEveryReasonForMetrics() {
        assertThat(Parsed.Reason.values())
                .extracting(Parsed.Reason::label)
                .allMatch(label -> label.matches("[a-z0-9_]+"));
        assertThat(Parsed.Reason.INVALID_UTF8.label()).isEqualTo("invalid_utf8");
    }

    private static Parsed.Reason ofEntry(String type, String data) {
        return rejected(PARSER.ofEntry(ChannelName.of(DOWNLOADS), type, Buffer.buffer(data), null, RECEIVED_AT))
                .reason();
    }
}
