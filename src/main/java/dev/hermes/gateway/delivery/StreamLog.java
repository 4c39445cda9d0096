package dev.hermes.gateway.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes what an operator reads about single streams: a line when one has ended, with all that is known of it, and at
 * debug level one when it opens. Never a credential or an event.
 */
final class StreamLog {

    private static final Logger LOG = LoggerFactory.getLogger(StreamLog.class);
    private static final int MOST_CHANNELS = 10;

    /** What would break a line or speak to the terminal of whoever reads it. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private StreamLog() {}

    static void opened(SseStream stream) {
        if (LOG.isDebugEnabled()) {
            described(LOG.atDebug(), stream).log("stream opened");
        }
    }

    static void closed(SseStream stream, SseStream.CloseReason reason, long lastedMillis) {
        if (LOG.isInfoEnabled()) {
            described(LOG.atInfo(), stream)
                    .addKeyValue("reason", reason.label())
                    .addKeyValue("seconds", lastedMillis / 1_000.0)
                    .addKeyValue("events", stream.events())
                    .addKeyValue("bytes", stream.bytes())
                    .addKeyValue("position", stream.cursor())
                    .log("stream closed");
        }
    }

    private static LoggingEventBuilder described(LoggingEventBuilder line, SseStream stream) {
        NewStream.Client client = stream.client();
        String user = client.user();
        return line.addKeyValue("id", stream.id())
                .addKeyValue("credential", client.credential())
                .addKeyValue("user", user == null ? "none" : quotable(user))
                .addKeyValue("address", quotable(client.address()))
                .addKeyValue("channels", channels(stream.subscription()))
                .addKeyValue("request_id", client.requestId(stream.id()));
    }

    /** The channels with their keys, the first {@value #MOST_CHANNELS} of them. */
    private static String channels(Subscription subscription) {
        List<String> names = new ArrayList<>();
        subscription.interests().forEach((channel, interest) -> {
            Set<String> keys = interest.keys();
            if (keys == null) {
                names.add(channel);
            } else {
                keys.forEach(key -> names.add(channel + ":" + key));
            }
        });
        Collections.sort(names);
        int more = Math.max(0, names.size() - MOST_CHANNELS);
        String shown = String.join(",", names.subList(0, names.size() - more));
        return quotable(more > 0 ? shown + ",+" + more : shown);
    }

    /** Values stand in quotes, and some of them were chosen by a client. */
    private static String quotable(String text) {
        return CONTROL.matcher(text.replace('"', '\'')).replaceAll("?");
    }
}
