package dev.hermes.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;

/** What the tests of the parser share: a channel, a parser, and the two ways its answer can go. */
final class Messages {

    static final ChannelName.Shape DOWNLOADS = new ChannelName.Shape("download:updates", "download_id");
    static final ChannelName.Shape STATS = new ChannelName.Shape("stats:updates", null);
    static final Instant RECEIVED_AT = Instant.parse("2026-11-23T09:13:33.590833Z");
    static final int MAX_EVENT_BYTES = 4 << 20;
    static final EnvelopeParser PARSER =
            new EnvelopeParser(Set.of("download_id", "status", "action", "event"), MAX_EVENT_BYTES);

    private Messages() {}

    static Parsed parse(byte[] message) {
        return PARSER.parse(ChannelName.of(DOWNLOADS), Buffer.buffer(message), RECEIVED_AT);
    }

    static Envelope accepted(String message) {
        return accepted(parse(message.getBytes(StandardCharsets.UTF_8)));
    }

    static Envelope accepted(Parsed parsed) {
        assertThat(parsed).isInstanceOf(Parsed.Accepted.class);
        return ((Parsed.Accepted) parsed).envelope();
    }

    static Parsed.Rejected rejected(String message) {
        return rejected(parse(message.getBytes(StandardCharsets.UTF_8)));
    }

    static Parsed.Rejected rejected(Parsed parsed) {
        assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
        return (Parsed.Rejected) parsed;
    }

    /** {@code data} with one array in another, so that it nests as deep as said. */
    static String nested(int depth) {
        return "{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
    }
}
