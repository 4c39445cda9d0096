package dev.hermes.gateway.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One JSON text as RFC 8259 has it, nothing more lenient, read from UTF-8 bytes as tokens with their byte offsets. Never
 * recursive, so that nesting cannot end in a {@link StackOverflowError}.
 */
final class StrictJson {

    /** How deep an event's {@code data} may nest; {@code data} itself is 1. */
    static final int MAX_DEPTH = 1000;

    /** An event of a published array stands two levels deeper than one alone. */
    private static final int MAX_WRAPPERS = 2;

    /*
     * Lengths are bounded before parsing, so no second limit here may refuse what the first let pass.
     *
     * Without charset detection UTF-16 and UTF-32 are what they are to everybody else: not JSON.
     *
     * Jackson offers byte offsets only together with its table of member names. The table is bounded (it starts anew
     * beyond 6,000 names) and seeded at random; interning is off since interned names would stay for good, and refusing
     * a text for the hashes of its names is off since that would lose an honest event.
     */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH + MAX_WRAPPERS)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private StrictJson() {}

    /** Whether these bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing cut off. */
    static boolean isUtf8(byte[] bytes) {
        return ByteBufUtil.isText(Unpooled.wrappedBuffer(bytes), StandardCharsets.UTF_8);
    }

    /** A parser over bytes that are known to be UTF-8: it would not notice every kind of ill-formed sequence. */
    static JsonParser parser(byte[] bytes, int offset, int length) throws IOException {
        return FACTORY.createParser(bytes, offset, length);
    }

    /** The first token; fails if there is none. */
    static JsonToken firstToken(JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw new JsonParseException(parser, "empty");
        }
        return token;
    }

    /** How many bytes the parser has read, counted from where it began: where the current token ends, if structural. */
    static int position(JsonParser parser) {
        return (int) parser.currentLocation().getByteOffset();
    }

    /**
     * Moves to the end of the value whose first token is current.
     *
     * @param depth how deep that value stands; the outermost object is 1
     */
    static void skipValue(JsonParser parser, int depth) throws IOException {
        JsonToken token = parser.currentToken();
        int open = 0;
        while (true) {
            if (token.isStructStart()) {
                open++;
                if (depth - 1 + open > MAX_DEPTH) {
                    throw new StreamConstraintsException("nested deeper than " + MAX_DEPTH);
                }
            } else if (token.isStructEnd()) {
                open--;
            }
            if (open == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }

    /** Fails unless only white space follows. */
    static void requireEnd(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "something follows the JSON text");
        }
    }

    /**
     * Where an object stands in its bytes, and the scalars of it that were asked for.
     *
     * @param start offset of its opening brace, counted from where the parser began
     * @param end offset behind its closing brace
     * @param fields its members named in the set that are strings, numbers or booleans, as text; numbers as written
     * @param key the key field likewise, or null
     */
    record ObjectScan(
            int start,
            int end,
            Map<String, String> fields,
            @Nullable String key) {

        /** Reads the object whose first token is current, to its end. */
        static ObjectScan read(JsonParser parser, Set<String> fieldNames, @Nullable String keyField)
                throws IOException {
            int start = StrictJson.position(parser) - 1;
            Map<String, String> fields = new HashMap<>();
            String key = null;
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                boolean isField = fieldNames.contains(name);
                boolean isKey = name.equals(keyField);
                if (isField || isKey) {
                    String text = token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : null;
                    // Of two members of one name the last counts, as for Python's json.loads and JSON.parse: what the
                    // browser will see is what it is filtered by.
                    if (isKey) {
                        key = text;
                    }
                    if (isField && text != null) {
                        fields.put(name, text);
                    } else if (isField) {
                        fields.remove(name);
                    }
                }
                StrictJson.skipValue(parser, 2);
            }
            return new ObjectScan(start, StrictJson.position(parser), Map.copyOf(fields), key);
        }
    }
}
