package dev.hermes.gateway.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hermes.gateway.protocol.EventTypes;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Parses and checks the messages of producers, by the same rules for every way in. Reads each message once, as
 * tokens, and cuts {@code data} out of the bytes instead of writing it anew, since clients get it byte for byte.
 *
 * <p>Immutable; any thread may use it. No input makes it throw. Its results are copies that keep no part of the
 * message alive.
 */
public final class EnvelopeParser {

    private final Set<String> fieldNames;
    private final int maxEventBytes;

    /**
     * @param fieldNames the fields of {@code data} that some channel filters by
     * @param maxEventBytes the largest message, and the largest publish body, in bytes
     */
    public EnvelopeParser(Set<String> fieldNames, int maxEventBytes) {
        this.fieldNames = Set.copyOf(fieldNames);
        this.maxEventBytes = maxEventBytes;
    }

    /**
     * Parses a pub/sub message {@code {"type","data","timestamp"?}}. Other members are allowed and dropped, since
     * later versions of producers may add some.
     *
     * @param heardOn the Redis channel; a key in its name counts if {@code data} has none
     * @param receivedAt the timestamp if the message has none
     */
    public Parsed parse(ChannelName heardOn, Buffer message, Instant receivedAt) {
        if (message.length() > maxEventBytes) {
            return Fault.tooLarge(message.length(), maxEventBytes).rejected();
        }
        byte[] bytes = message.getBytes();
        if (!StrictJson.isUtf8(bytes)) {
            return Fault.invalidUtf8().rejected();
        }
        try (JsonParser parser = StrictJson.parser(bytes, 0, bytes.length)) {
            if (!startsObject(parser)) {
                return Fault.notAnObject().rejected();
            }
            RawEnvelope raw =
                    RawEnvelope.read(parser, fieldNames, heardOn.shape().keyField());
            StrictJson.requireEnd(parser);
            Fault fault = raw.fault();
            if (fault != null) {
                return fault.rejected();
            }
            StrictJson.ObjectScan scan = raw.goodData();
            Buffer data = copy(bytes, scan.start(), scan.end());
            return new Parsed.Accepted(envelope(heardOn, raw.goodType(), scan, data, raw.timestampOr(receivedAt)));
        } catch (IOException failure) {
            return Fault.of(failure).rejected();
        }
    }

    /**
     * Checks an event whose parts are already separate: an entry that a producer appended to the log, or a message
     * from the event bus.
     *
     * @param data kept whole, with any white space around the object
     * @param timestamp the producer's, or null for {@code receivedAt}
     */
    public Parsed ofEntry(
            ChannelName channel, String type, Buffer data, @Nullable String timestamp, Instant receivedAt) {
        if (data.length() > maxEventBytes) {
            return Fault.tooLarge(data.length(), maxEventBytes).rejected();
        }
        Fault badType = Fault.ofType(type);
        if (badType != null) {
            return badType.rejected();
        }
        byte[] bytes = data.getBytes();
        if (!StrictJson.isUtf8(bytes)) {
            return Fault.invalidUtf8().rejected();
        }
        try (JsonParser parser = StrictJson.parser(bytes, 0, bytes.length)) {
            if (!startsObject(parser)) {
                return Fault.wrongType("data", "an object").rejected();
            }
            StrictJson.ObjectScan scan = StrictJson.ObjectScan.read(
                    parser, fieldNames, channel.shape().keyField());
            StrictJson.requireEnd(parser);
            String when = timestamp != null ? timestamp : receivedAt.toString();
            return new Parsed.Accepted(envelope(channel, type, scan, copy(bytes, 0, bytes.length), when));
        } catch (IOException failure) {
            return Fault.of(failure).rejected();
        }
    }

    /**
     * Parses the body of a publish request: one event {@code {"channel","type","data","timestamp"?}} or an array of
     * events. Other members are rejected: the caller waits for the answer, and should learn of a misspelt name.
     *
     * @param channels the shape of a channel by its name, null for a channel that does not exist
     * @param receivedAt the timestamp of events that have none
     */
    public PublishBody.Outcome parsePublish(
            Function<String, ChannelName.@Nullable Shape> channels, Buffer body, Instant receivedAt) {
        return new PublishBody(this, channels, receivedAt).parse(body, maxEventBytes);
    }

    /**
     * Makes the envelope of a valid published event. Reads its data again, since the key field was unknown at the
     * first reading.
     */
    Envelope published(ChannelName.Shape shape, RawEnvelope raw, byte[] body, Instant receivedAt) throws IOException {
        int start = raw.goodData().start();
        int end = raw.goodData().end();
        try (JsonParser parser = StrictJson.parser(body, start, end - start)) {
            StrictJson.firstToken(parser);
            StrictJson.ObjectScan scan = StrictJson.ObjectScan.read(parser, fieldNames, shape.keyField());
            Buffer data = copy(body, start, end);
            return envelope(ChannelName.of(shape), raw.goodType(), scan, data, raw.timestampOr(receivedAt));
        }
    }

    private static Envelope envelope(
            ChannelName named, String type, StrictJson.ObjectScan scan, Buffer data, String timestamp) {
        String channel = named.shape().name();
        return scan.key() != null || named.key() == null
                ? new Envelope(channel, type, scan.key(), scan.fields(), data, timestamp)
                : new Envelope(channel, named.name(), type, named.key(), scan.fields(), data, timestamp);
    }

    private static boolean startsObject(JsonParser parser) throws IOException {
        JsonToken first = StrictJson.firstToken(parser);
        if (first == JsonToken.START_OBJECT) {
            return true;
        }
        StrictJson.skipValue(parser, 1);
        StrictJson.requireEnd(parser);
        return false;
    }

    /**
     * Copies into an array of exactly that size, so that an event in the window does not keep its whole message
     * alive.
     */
    private static Buffer copy(byte[] bytes, int start, int end) {
        return Buffer.buffer(end - start).appendBytes(bytes, start, end - start);
    }

    /**
     * The members of one envelope as they stand in the text, not yet checked. Filled and used within one call. If a name
     * occurs twice the last member counts, as in Python's {@code json.loads}.
     */
    static final class RawEnvelope {

        /** A member that should be a string; {@code text} is null if it is a value of another type. */
        record Text(boolean isNull, @Nullable String text) {

            static Text of(JsonParser parser, JsonToken token) throws IOException {
                return new Text(
                        token == JsonToken.VALUE_NULL, token == JsonToken.VALUE_STRING ? parser.getText() : null);
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
        static RawEnvelope read(JsonParser parser, Set<String> fieldNames, @Nullable String keyField)
                throws IOException {
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
                return new Fault(
                        Parsed.Reason.MISSING_TYPE, "type", "is missing: a string matching " + EventTypes.FORM);
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
}
