package dev.hermes.gateway.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes envelopes of what producers say, whichever door they use; all doors judge alike. Reads every message once, as
 * tokens, and cuts {@code data} out of the bytes instead of printing it anew, since clients get it byte for byte.
 *
 * <p>Immutable; any thread may use it. Nothing a producer sends makes it throw. What it returns holds copies of its own
 * and no part of the message.
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
     * Judges a pub/sub message {@code {"type","data","timestamp"?}}. Other members are allowed and dropped, as producers
     * of later versions may say more.
     *
     * @param heardOn the Redis channel; a key that its name carries counts if {@code data} has none
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
     * Judges an event whose parts are apart already: an entry that a producer appended to the log, or one from the event
     * bus.
     *
     * @param data kept whole, with the white space around the object if there is any
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
     * Judges the body of a publish request: one {@code {"channel","type","data","timestamp"?}} or an array of them. Other
     * members are rejected, since a caller that waits for the answer is better told of its typing error.
     *
     * @param channels the shape of a channel by its name, null for one that does not exist
     * @param receivedAt the timestamp of events that have none
     */
    public PublishBody.Outcome parsePublish(
            Function<String, ChannelName.@Nullable Shape> channels, Buffer body, Instant receivedAt) {
        return new PublishBody(this, channels, receivedAt).parse(body, maxEventBytes);
    }

    /** The envelope of a published event without fault, in which the key field was not known when it was read. */
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

    /** An array of its own size, so that an event in the window does not hold the message it came in. */
    private static Buffer copy(byte[] bytes, int start, int end) {
        return Buffer.buffer(end - start).appendBytes(bytes, start, end - start);
    }
}
