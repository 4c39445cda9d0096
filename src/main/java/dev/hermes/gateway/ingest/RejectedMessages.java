package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps rejected messages where an operator can look at them: the newest 1,000 in the stream {@code hermes:rejected},
 * a few a minute in the process log. Owned by the loop of the ingest that uses it.
 */
public final class RejectedMessages {

    private static final Logger LOG = LoggerFactory.getLogger(RejectedMessages.class);

    private static final int KEPT = 1_000;
    private static final int PAYLOAD_BYTES = 4_096;
    private static final int LOGGED_BYTES = 100;
    private static final int LOGGED_PER_PERIOD = 5;
    private static final long PERIOD_NANOS = 60_000_000_000L;

    private final RedisCommands redis;
    private long periodStart = System.nanoTime();
    private int loggedInPeriod;
    private int silencedInPeriod;

    public RejectedMessages(RedisCommands redis) {
        this.redis = redis;
    }

    /** Keeps one message. */
    public void keep(String channel, Parsed.Reason reason, String detail, Buffer payload) {
        log(channel, reason, detail, payload);
        redis.send(Request.cmd(Command.XADD)
                        .arg(RedisNames.REJECTED)
                        .arg("MAXLEN")
                        .arg(KEPT)
                        .arg("*")
                        .arg("channel")
                        .arg(channel)
                        .arg("reason")
                        .arg(reason.label())
                        .arg("payload")
                        .arg(payload.slice(0, Math.min(PAYLOAD_BYTES, payload.length()))))
                .onFailure(failure -> LOG.debug(
                        "rejected message not kept channel={} failure={}",
                        channel,
                        failure.getClass().getSimpleName()));
    }

    private void log(String channel, Parsed.Reason reason, String detail, Buffer payload) {
        long now = System.nanoTime();
        if (now - periodStart > PERIOD_NANOS) {
            if (silencedInPeriod > 0) {
                LOG.warn("rejected messages not logged count={}", silencedInPeriod);
            }
            periodStart = now;
            loggedInPeriod = 0;
            silencedInPeriod = 0;
        }
        if (loggedInPeriod >= LOGGED_PER_PERIOD) {
            silencedInPeriod++;
            return;
        }
        loggedInPeriod++;
        LOG.warn(
                "message rejected channel={} reason={} detail=\"{}\" payload=\"{}\"",
                printable(channel),
                reason.label(),
                detail,
                printable(new String(
                        payload.getBytes(0, Math.min(LOGGED_BYTES, payload.length())), StandardCharsets.UTF_8)));
    }

    /** Replaces control characters, so that a producer cannot break the line. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
