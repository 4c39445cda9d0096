package dev.hermes.gateway.chain;

import dev.hermes.gateway.log.redis.LogScripts;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;

/** The log as the marker chain uses it. Any thread; results arrive on the caller's event loop. */
public interface ChainLog {

    /**
     * Draws a marker, greater than every earlier one, and publishes it on {@code hermes:gateway:sync} as {@code
     * <identity> <number> <gateway>}. Fails if Redis returned an error or did not answer; then the marker may or may
     * not have been published.
     *
     * @param subscriptions what the gateway listens to; a subscription new to the log begins at this marker
     * @param gateway the gateway's name, without spaces
     */
    Future<LogScripts.Reply<Long>> draw(String identity, List<String> subscriptions, String gateway, Instant now);

    /**
     * Runs the calls of the batch. After a failure any number of the calls may have been done, which may be unknown:
     * send the same batch again.
     */
    Future<LogScripts.Reply<ChainCall.Answer>> chain(ChainCall.Batch batch);
}
