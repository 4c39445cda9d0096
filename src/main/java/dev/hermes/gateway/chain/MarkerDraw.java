package dev.hermes.gateway.chain;

import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.loop.Generation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws markers, again and again until it is stopped because one of them was heard, in turn with other gateways. Owned by
 * the chain's loop.
 */
final class MarkerDraw {

    private static final Logger LOG = LoggerFactory.getLogger(MarkerDraw.class);

    private static final long FIRST_RETRY_MILLIS = 50;
    private static final long LAST_RETRY_MILLIS = 1_000;

    private final ChainLog log;
    private final ChainTime time;
    private final String gateway;
    private final List<String> subscriptions;
    private final Runnable noState;

    /** When the gateway whose marker was heard last may start from it. */
    private long othersDeadlineMillis = Long.MIN_VALUE / 2;

    private long retryMillis = FIRST_RETRY_MILLIS;
    private Runnable cancelTimer = () -> {};

    /** Makes all answers still to come count for nothing. */
    private final Generation drawing = new Generation();

    /** @param noState called when Redis holds another log */
    MarkerDraw(ChainLog log, ChainTime time, String gateway, List<String> subscriptions, Runnable noState) {
        this.log = log;
        this.time = time;
        this.gateway = gateway;
        this.subscriptions = subscriptions;
        this.noState = noState;
    }

    void begin(String identity) {
        stop();
        retryMillis = FIRST_RETRY_MILLIS;
        draw(identity);
    }

    void stop() {
        drawing.next();
        cancelTimer.run();
    }

    /** A marker is heard now. Returns whether this gateway drew it. */
    boolean heard(MarkerMessage marker, long holdMillis) {
        boolean own = marker.gateway().equals(gateway);
        othersDeadlineMillis = own ? othersDeadlineMillis : time.monotonicMillis() + holdMillis;
        return own;
    }

    /**
     * When to start from a marker that is heard now, by the monotonic clock: a quarter of the hold after the one who drew
     * just before, so that this one can prove what was heard before this marker.
     */
    long deadlineMillis(long holdMillis) {
        return Math.max(time.monotonicMillis() + holdMillis, othersDeadlineMillis + holdMillis / 4);
    }

    private void draw(String identity) {
        int asked = drawing.current();
        log.draw(identity, subscriptions, gateway, time.now())
                .onComplete(
                        reply -> {
                            if (drawing.isCurrent(asked)) {
                                drawn(identity, reply);
                            }
                        },
                        failure -> {
                            if (drawing.isCurrent(asked)) {
                                LOG.warn("marker not drawn failure=\"{}\"", failure.getMessage());
                                drawAfter(retryMillis, identity);
                                retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
                            }
                        });
    }

    private void drawn(String identity, LogScripts.Reply<Long> reply) {
        if (reply instanceof LogScripts.Reply.NoState) {
            noState.run();
        } else {
            // The marker comes on another connection and may be heard later than this answer. If it is never heard,
            // the next one may be.
            drawAfter(LAST_RETRY_MILLIS, identity);
        }
    }

    private void drawAfter(long millis, String identity) {
        cancelTimer.run();
        cancelTimer = time.after(millis, () -> draw(identity));
    }

    /** A message on {@code hermes:gateway:sync}: the gateway has drawn this marker in the log of this identity. */
    record MarkerMessage(String identity, long number, String gateway) {

        /** Reads a message as the drawing script writes it; null for any other text. */
        static @Nullable MarkerMessage parse(String payload) {
            String[] words = payload.split(" ", -1);
            return words.length == 3 && words[1].matches("[0-9]{1,16}")
                    ? new MarkerMessage(words[0], Long.parseLong(words[1]), words[2])
                    : null;
        }
    }
}
