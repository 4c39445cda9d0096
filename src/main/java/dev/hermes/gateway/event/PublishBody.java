package dev.hermes.gateway.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the body of one publish request; used once, within one call. */
final class PublishBody {

    private static final String ALLOWED_MEMBERS = "channel, type, data, timestamp";

    private final EnvelopeParser envelopes;
    private final Function<String, @Nullable ChannelShape> channels;
    private final Instant receivedAt;
    private final List<Envelope> accepted = new ArrayList<>();

    /** The place of the event that is being read, null while the body is not known to be an array. */
    private @Nullable Integer index;

    PublishBody(EnvelopeParser envelopes, Function<String, @Nullable ChannelShape> channels, Instant receivedAt) {
        this.envelopes = envelopes;
        this.channels = channels;
        this.receivedAt = receivedAt;
    }

    PublishParsed parse(Buffer body, int maxBytes) {
        if (body.length() > maxBytes) {
            return refused(null, Fault.tooLarge(body.length(), maxBytes));
        }
        byte[] bytes = body.getBytes();
        if (!StrictJson.isUtf8(bytes)) {
            return refused(null, Fault.invalidUtf8());
        }
        try (JsonParser parser = StrictJson.parser(bytes, 0, bytes.length)) {
            JsonToken first = StrictJson.firstToken(parser);
            PublishParsed.Refused refused =
                    first == JsonToken.START_ARRAY ? readArray(parser, bytes) : readEvent(parser, first, bytes);
            if (refused != null) {
                return refused;
            }
            StrictJson.requireEnd(parser);
            return new PublishParsed.Accepted(accepted);
        } catch (IOException refusal) {
            Fault fault = Fault.of(refusal);
            return refused(fault.reason() == Rejection.TOO_DEEP ? index : null, fault);
        }
    }

    private PublishParsed.@Nullable Refused readArray(JsonParser parser, byte[] bytes) throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            index = accepted.size();
            PublishParsed.Refused refused = readEvent(parser, token, bytes);
            if (refused != null) {
                return refused;
            }
        }
        return !accepted.isEmpty()
                ? null
                : new PublishParsed.Refused(List.of("body"), "must have at least one event", "too_short");
    }

    private PublishParsed.@Nullable Refused readEvent(JsonParser parser, JsonToken first, byte[] bytes)
            throws IOException {
        if (first != JsonToken.START_OBJECT) {
            StrictJson.skipValue(parser, 1);
            String mustBe = index == null ? "must be an object or an array of objects" : "must be an object";
            return refused(index, null, mustBe, "dict_type");
        }
        // Which field is the key depends on the channel, and that may stand behind the data.
        RawEnvelope raw = RawEnvelope.read(parser, Set.of(), null);
        if (raw.unknown != null) {
            return refused(
                    index,
                    Fault.printable(raw.unknown),
                    "is not a member of an event; allowed are " + ALLOWED_MEMBERS,
                    "extra_forbidden");
        }
        if (raw.channel == null) {
            return refused(index, "channel", "is missing: the name of a channel", "missing");
        }
        if (raw.channel.text() == null) {
            return refused(index, "channel", "must be a string", "string_type");
        }
        ChannelShape shape = channels.apply(raw.channel.text());
        if (shape == null) {
            return refused(
                    index,
                    "channel",
                    "must be a channel of the catalogue, but is '" + Fault.printable(raw.channel.text()) + "'",
                    "value_error");
        }
        Fault fault = raw.fault();
        if (fault != null) {
            return refused(index, fault);
        }
        accepted.add(envelopes.published(shape, raw, bytes, receivedAt));
        return null;
    }

    private static PublishParsed.Refused refused(@Nullable Integer index, Fault fault) {
        return refused(index, fault.member(), fault.message(), word(fault));
    }

    private static PublishParsed.Refused refused(
            @Nullable Integer index, @Nullable String member, String message, String word) {
        List<Object> location = new ArrayList<>(List.of("body"));
        if (index != null) {
            location.add(index);
        }
        if (member != null) {
            location.add(member);
        }
        return new PublishParsed.Refused(location, message, word);
    }

    /** The words that FastAPI's own validation uses, where it has one. */
    private static String word(Fault fault) {
        return switch (fault.reason()) {
            case NOT_JSON -> "json_invalid";
            case MISSING_TYPE, MISSING_DATA -> "missing";
            case WRONG_TYPE -> "data".equals(fault.member()) ? "dict_type" : "string_type";
            case BAD_TYPE -> "string_pattern_mismatch";
            case NOT_AN_OBJECT -> "dict_type";
            case TOO_LARGE -> "too_long";
            case RESERVED_TYPE, INVALID_UTF8, TOO_DEEP, UNKNOWN_CHANNEL -> "value_error";
        };
    }
}
