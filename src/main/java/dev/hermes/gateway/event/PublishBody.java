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

/** Parses the body of one publish request. An instance is used once, within one call. */
public final class PublishBody {

    private static final String ALLOWED_MEMBERS = "channel, type, data, timestamp";

    private final EnvelopeParser envelopes;
    private final Function<String, ChannelName.@Nullable Shape> channels;
    private final Instant receivedAt;
    private final List<Envelope> accepted = new ArrayList<>();

    /** The index of the event that is being read; null as long as the body is not known to be an array. */
    private @Nullable Integer index;

    PublishBody(EnvelopeParser envelopes, Function<String, ChannelName.@Nullable Shape> channels, Instant receivedAt) {
        this.envelopes = envelopes;
        this.channels = channels;
        this.receivedAt = receivedAt;
    }

    Outcome parse(Buffer body, int maxBytes) {
        if (body.length() > maxBytes) {
            return rejected(null, Fault.tooLarge(body.length(), maxBytes));
        }
        byte[] bytes = body.getBytes();
        if (!StrictJson.isUtf8(bytes)) {
            return rejected(null, Fault.invalidUtf8());
        }
        try (JsonParser parser = StrictJson.parser(bytes, 0, bytes.length)) {
            JsonToken first = StrictJson.firstToken(parser);
            Outcome.Rejected rejected =
                    first == JsonToken.START_ARRAY ? readArray(parser, bytes) : readEvent(parser, first, bytes);
            if (rejected != null) {
                return rejected;
            }
            StrictJson.requireEnd(parser);
            return new Outcome.Accepted(accepted);
        } catch (IOException failure) {
            Fault fault = Fault.of(failure);
            return rejected(fault.reason() == Parsed.Reason.TOO_DEEP ? index : null, fault);
        }
    }

    private Outcome.@Nullable Rejected readArray(JsonParser parser, byte[] bytes) throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            index = accepted.size();
            Outcome.Rejected rejected = readEvent(parser, token, bytes);
            if (rejected != null) {
                return rejected;
            }
        }
        return !accepted.isEmpty()
                ? null
                : new Outcome.Rejected(List.of("body"), "must have at least one event", "too_short");
    }

    private Outcome.@Nullable Rejected readEvent(JsonParser parser, JsonToken first, byte[] bytes) throws IOException {
        if (first != JsonToken.START_OBJECT) {
            StrictJson.skipValue(parser, 1);
            String mustBe = index == null ? "must be an object or an array of objects" : "must be an object";
            return rejected(index, null, mustBe, "dict_type");
        }
        // The channel decides which field is the key, and the channel may stand after the data.
        EnvelopeParser.RawEnvelope raw = EnvelopeParser.RawEnvelope.read(parser, Set.of(), null);
        if (raw.unknown != null) {
            return rejected(
                    index,
                    Fault.printable(raw.unknown),
                    "is not a member of an event; allowed are " + ALLOWED_MEMBERS,
                    "extra_forbidden");
        }
        if (raw.channel == null) {
            return rejected(index, "channel", "is missing: the name of a channel", "missing");
        }
        if (raw.channel.text() == null) {
            return rejected(index, "channel", "must be a string", "string_type");
        }
        ChannelName.Shape shape = channels.apply(raw.channel.text());
        if (shape == null) {
            return rejected(
                    index,
                    "channel",
                    "must be a channel of the catalogue, but is '" + Fault.printable(raw.channel.text()) + "'",
                    "value_error");
        }
        Fault fault = raw.fault();
        if (fault != null) {
            return rejected(index, fault);
        }
        accepted.add(envelopes.published(shape, raw, bytes, receivedAt));
        return null;
    }

    private static Outcome.Rejected rejected(@Nullable Integer index, Fault fault) {
        return rejected(index, fault.member(), fault.message(), word(fault));
    }

    private static Outcome.Rejected rejected(
            @Nullable Integer index, @Nullable String member, String message, String word) {
        List<Object> location = new ArrayList<>(List.of("body"));
        if (index != null) {
            location.add(index);
        }
        if (member != null) {
            location.add(member);
        }
        return new Outcome.Rejected(location, message, word);
    }

    /** The word that FastAPI's own validation uses for the fault, where it has one. */
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

    /** The result of parsing the body of a publish request: all events are accepted, or none. */
    public sealed interface Outcome {

        /** Every event is valid. */
        record Accepted(List<Envelope> envelopes) implements Outcome {

            public Accepted {
                envelopes = List.copyOf(envelopes);
            }
        }

        /**
         * One event is invalid, so none is accepted. The three parts are those of a validation error in FastAPI's
         * format.
         *
         * @param location strings and integers: {@code ["body", 3, "type"]}; no index if the body was a single object
         * @param message one printable line: the value (cut) and what is allowed
         * @param type a word for programs: {@code missing}, {@code json_invalid} …
         */
        record Rejected(List<Object> location, String message, String type) implements Outcome {

            public Rejected {
                location = List.copyOf(location);
            }

            /** The location as one text: {@code body[3].type}. */
            public String path() {
                StringBuilder path = new StringBuilder();
                for (Object part : location) {
                    if (part instanceof Integer) {
                        path.append('[').append(part).append(']');
                    } else {
                        path.append(path.isEmpty() ? "" : ".").append(part);
                    }
                }
                return path.toString();
            }
        }
    }
}
