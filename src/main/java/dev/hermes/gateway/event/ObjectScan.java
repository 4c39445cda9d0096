package dev.hermes.gateway.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    static ObjectScan read(JsonParser parser, Set<String> fieldNames, @Nullable String keyField) throws IOException {
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
