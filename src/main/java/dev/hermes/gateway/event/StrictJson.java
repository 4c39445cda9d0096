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
 * Reads one JSON text strictly as RFC 8259 defines it, from UTF-8 bytes, as tokens with their byte offsets. Never
 * recursive, so that nesting cannot end in a {@link StackOverflowError}.
 */
final class StrictJson {

    /** How deep an event's {@code data} may nest; {@code data} itself is 1. */
    static final int MAX_DEPTH = 1000;

    /** An event in a published array stands two levels deeper than an event alone. */
    private static final int MAX_WRAPPERS = 2;

    /*
     * Lengths are limited before parsing; the parser's own limits must not reject what passed the first.
     *
     * Without charset detection UTF-16 and UTF-32 are what they are to other readers: not JSON.
     *
     * Jackson offers byte offsets only together with its table of member names. The table is bounded (it starts anew
     * beyond 6,000 names) and seeded at random. Interning is off, since interned names would stay for good. The check for
     * hash collisions of names is off, since it could reject a valid event.
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

    /** Whether these bytes are UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing cut off. */
    static boolean isUtf8(byte[] bytes) {
        return ByteBufUtil.isText(Unpooled.wrappedBuffer(bytes), StandardCharsets.UTF_8);
    }

    /** A parser for bytes that are known to be UTF-8; the parser itself would not notice every ill-formed sequence. */
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

    /** The number of bytes read since the parser's start: the end of the current token, if it is structural. */
    static int position(JsonParser parser) {
        return (int) parser.currentLocation().getByteOffset();
    }

    /**
     * Moves to the end of the value whose first token is current.
     *
     * @param depth how deep this value is nested; the outermost object is 1
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
     * The position of an object in its bytes, and the scalar members that were asked for.
     *
     * @param start offset of its opening brace, counted from the parser's start
     * @param end offset after its closing brace
     * @param fields those members in the requested set that are strings, numbers or booleans, as text; numbers as
     *     written
     * @param key the value of the key field as such a text, or null
     */
    record ObjectScan(
            int start,
            int end,
            Map<String, String> fields,
            @Nullable String key) {

        /** Reads the object, whose first token is current, to its end. */
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
                    // If a name occurs twice the last member counts, as in Python's json.loads and JSON.parse: the
                    // filter sees the value that the browser will see.
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
