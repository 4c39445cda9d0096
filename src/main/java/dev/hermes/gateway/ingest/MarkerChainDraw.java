package dev.hermes.gateway.ingest;

import dev.hermes.gateway.log.ChainLog;
import dev.hermes.gateway.log.LogScriptReply;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws markers until it is told that one of them was heard. Owned by the chain's loop. */
final class MarkerChainDraw {

    private static final Logger LOG = LoggerFactory.getLogger(MarkerChainDraw.class);

    private static final long FIRST_RETRY_MILLIS = 50;
    private static final long LAST_RETRY_MILLIS = 1_000;

    private final ChainLog log;
    private final MarkerChainTime time;
    private final String gateway;
    private final List<String> subscriptions;
    private final Runnable noState;

    private long retryMillis = FIRST_RETRY_MILLIS;
    private Runnable cancelTimer = () -> {};

    /** Counts up whenever an answer that is still to come is of no interest any more. */
    private int epoch;

    /**
     * @param noState called when the log is another one
     */
    MarkerChainDraw(ChainLog log, MarkerChainTime time, String gateway, List<String> subscriptions, Runnable noState) {
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
        epoch++;
        cancelTimer.run();
    }

    private void draw(String identity) {
        int asked = epoch;
        log.draw(identity, subscriptions, gateway, time.now())
                .onComplete(
                        reply -> {
                            if (asked == epoch) {
                                drawn(identity, reply);
                            }
                        },
                        failure -> {
                            if (asked == epoch) {
                                LOG.warn("marker not drawn failure=\"{}\"", failure.getMessage());
                                drawAfter(retryMillis, identity);
                                retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
                            }
                        });
    }

    private void drawn(String identity, LogScriptReply<Long> reply) {
        if (reply instanceof LogScriptReply.NoState) {
            noState.run();
        } else {
            // It may be heard later than the answer, on a connection of its own; if never, another may.
            drawAfter(LAST_RETRY_MILLIS, identity);
        }
    }

    private void drawAfter(long millis, String identity) {
        cancelTimer.run();
        cancelTimer = time.after(millis, () -> draw(identity));
    }
}
