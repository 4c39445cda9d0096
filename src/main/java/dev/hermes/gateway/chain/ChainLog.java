package dev.hermes.gateway.chain;

import dev.hermes.gateway.log.redis.LogScripts;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;

/** The log as the marker chain sees it. Any thread; the answer comes on the caller's event loop. */
public interface ChainLog {

    /**
     * Draws a marker, greater than any before, and publishes it on {@code hermes:gateway:sync} as {@code <identity>
     * <number> <gateway>}. Fails if Redis refused or did not answer; then it may be published or not.
     *
     * @param subscriptions what the gateway listens to; one that is new to the log begins at this marker
     * @param gateway its name, without spaces
     */
    Future<LogScripts.Reply<Long>> draw(String identity, List<String> subscriptions, String gateway, Instant now);

    /**
     * Runs the calls. If it fails they have been done to some point, or not at all, or it is not known: send the same
     * ones again.
     */
    Future<LogScripts.Reply<ChainCall.Answer>> chain(ChainCall.Batch batch);
}
