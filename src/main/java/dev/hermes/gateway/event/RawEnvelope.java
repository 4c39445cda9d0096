package dev.hermes.gateway.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hermes.gateway.protocol.EventTypes;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of one envelope as they stand in the text, not yet checked. Filled and used within one call. If a name
 * occurs twice the last member counts, as in Python's {@code json.loads}.
 */
final class RawEnvelope {

    /** A member that should be a string; {@code text} is null if it is a value of another type. */
    record Text(boolean isNull, @Nullable String text) {

        static Text of(JsonParser parser, JsonToken token) throws IOException {
            return new Text(token == JsonToken.VALUE_NULL, token == JsonToken.VALUE_STRING ? parser.getText() : null);
        }
    }

    @Nullable
    Text channel;

    @Nullable
    Text type;

    @Nullable
    Text timestamp;

    boolean hasData;

    /** Set if {@code data} is an object. */
    StrictJson.@Nullable ObjectScan data;

    /** The first member whose name an envelope does not have. */
    @Nullable
    String unknown;

    private RawEnvelope() {}

    /** Reads the object, whose first token is current, to its end. */
    static RawEnvelope read(JsonParser parser, Set<String> fieldNames, @Nullable String keyField) throws IOException {
        RawEnvelope raw = new RawEnvelope();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "type" -> raw.type = Text.of(parser, token);
                case "timestamp" -> raw.timestamp = Text.of(parser, token);
                case "channel" -> raw.channel = Text.of(parser, token);
                case "data" -> {
                    raw.hasData = true;
                    raw.data = null;
                    if (token == JsonToken.START_OBJECT) {
                        raw.data = StrictJson.ObjectScan.read(parser, fieldNames, keyField);
                        continue;
                    }
                }
                default -> raw.unknown = raw.unknown == null ? name : raw.unknown;
            }
            StrictJson.skipValue(parser, 1);
        }
        return raw;
    }

    /** The type; only to be called if there is no {@link #fault()}. */
    String goodType() {
        return Objects.requireNonNull(Objects.requireNonNull(type).text);
    }

    /** The data; only to be called if there is no {@link #fault()}. */
    StrictJson.ObjectScan goodData() {
        return Objects.requireNonNull(data);
    }

    /** The timestamp as the producer wrote it, whatever its form. */
    String timestampOr(Instant receivedAt) {
        return timestamp != null && timestamp.text != null ? timestamp.text : receivedAt.toString();
    }

    /** The first fault of type, data or timestamp, or null. */
    @Nullable
    Fault fault() {
        if (type == null) {
            return new Fault(Parsed.Reason.MISSING_TYPE, "type", "is missing: a string matching " + EventTypes.FORM);
        }
        if (!hasData) {
            return new Fault(Parsed.Reason.MISSING_DATA, "data", "is missing: an object");
        }
        if (type.text == null) {
            return Fault.wrongType("type", "a string");
        }
        if (data == null) {
            return Fault.wrongType("data", "an object");
        }
        if (timestamp != null && timestamp.text == null && !timestamp.isNull) {
            return Fault.wrongType("timestamp", "a string or null");
        }
        return Fault.ofType(type.text);
    }
}
