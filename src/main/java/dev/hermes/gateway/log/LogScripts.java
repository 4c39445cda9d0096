package dev.hermes.gateway.log;

import dev.hermes.gateway.config.HistorySettings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the log in Redis, each as one script and so as a whole. Any thread, answers on the caller's
 * event loop. A call that fails as {@link RedisCommands#send} does may have been done.
 *
 * <p>Scripts go by their digest. One that Redis does not know is sent whole, as the same call: in a Cluster a script
 * loaded apart from that would reach any one of the nodes.
 */
public final class LogScripts implements ChainLog {

    private static final String UNKNOWN_SCRIPT = "NOSCRIPT";

    /** Small, so that a marker's number stays close to the server's clock. */
    private static final int MARKER_STEPS = 1_000;

    private final RedisCommands redis;
    private final HistorySettings bounds;
    private final HandedOn handedOn = new HandedOn();
    private final SecureRandom random = new SecureRandom();
    private final LogScript draw = LogScript.load("draw");
    private final LogScript chain = LogScript.load("chain");
    private final LogScript publish = LogScript.load("publish");
    private final LogScript origin = LogScript.load("origin");
    private final LogScript trim = LogScript.load("trim");
    private final LogScript reject = LogScript.load("reject");
    private final LogScript removed = LogScript.load("removed");
    private final LogScript appended = LogScript.load("appended");

    public LogScripts(RedisCommands redis, HistorySettings bounds) {
        this.redis = redis;
        this.bounds = bounds;
    }

    @Override
    public Future<LogScriptReply<Long>> draw(String identity, List<String> subscriptions, String gateway, Instant now) {
        int step = 1 + random.nextInt(MARKER_STEPS);
        return run(
                draw,
                identity,
                request -> {
                    request.arg(gateway).arg(step).arg(ChainArguments.time(now));
                    subscriptions.forEach(request::arg);
                },
                response -> response.get(1).toLong());
    }

    @Override
    public Future<LogScriptReply<ChainAnswer>> chain(ChainBatch batch) {
        return run(
                chain,
                batch.identity(),
                request -> {
                    bounds(request);
                    ChainArguments.append(request, batch);
                },
                ChainArguments::answer);
    }

    /** Appends events that nobody else can append too, all or none. Sent again it would append them again. */
    public Future<LogScriptReply<List<EventId>>> publish(String identity, List<Envelope> envelopes) {
        return run(
                publish,
                identity,
                request -> {
                    bounds(request);
                    envelopes.forEach(envelope -> ChainArguments.append(request, envelope));
                },
                response -> {
                    List<EventId> ids = new ArrayList<>(envelopes.size());
                    for (int index = 1; index < response.size(); index++) {
                        ids.add(id(response.get(index)));
                    }
                    return ids;
                });
    }

    /**
     * Sees to it that the log has an entry, and that every id to come is greater than the floor; appends an {@link
     * dev.hermes.gateway.event.Origin} if need be.
     *
     * @param floor the highest id that was delivered, or null
     * @return the id of the newest entry
     */
    public Future<LogScriptReply<EventId>> origin(String identity, @Nullable EventId floor, Instant now) {
        return run(
                origin,
                identity,
                request -> request.arg(floor == null ? "" : floor.toString()).arg(ChainArguments.time(now)),
                response -> id(response.get(1)));
    }

    /**
     * Removes what exceeds the bounds, age too; never the newest entry, nor what a gateway was not handed yet; about a thousand
     * entries at most.
     */
    public Future<LogScriptReply<LogScriptTrim>> trim(String identity) {
        return run(
                trim,
                identity,
                request -> {
                    bounds(request);
                    request.arg(bounds.maxAge().toMillis());
                },
                response -> new LogScriptTrim(
                        response.get(1).toLong(), response.get(2).toInteger() == 1));
    }

    /** Whether the caller is the first to find that this entry, which a producer appended, is no event. */
    public Future<LogScriptReply<Boolean>> firstToReject(String identity, EventId entry) {
        return run(
                reject,
                identity,
                request -> request.arg(entry.toString()),
                response -> response.get(1).toInteger() == 1);
    }

    /** Whether that entry was removed last, so that all which followed it is still there. */
    public Future<Boolean> removedLast(String identity, EventId entry) {
        return run(removed, identity, request -> {}, response -> response.get(1).toString())
                .map(reply -> reply instanceof LogScriptReply.Given<String> given
                        && given.value().equals(entry.toString()));
    }

    /** Up to where its caller has handed on the log; its calls tell others. */
    HandedOn handedOn() {
        return handedOn;
    }

    /** The caller is of no use right now: until it hands something on again nobody is to wait for it. */
    public void silent() {
        handedOn.silent();
    }

    /** How many entries gateways have appended so far. */
    Future<LogScriptReply<LogScriptAppended>> appended(String identity) {
        return run(appended, identity, request -> request.arg(handedOn.text()), response -> {
            Map<String, Long> counts = new HashMap<>();
            for (int index = 2; index < response.size(); index += 2) {
                counts.put(
                        response.get(index).toString(), response.get(index + 1).toLong());
            }
            return new LogScriptAppended(id(response.get(1)), counts);
        });
    }

    private void bounds(Request request) {
        request.arg(bounds.maxEvents()).arg(bounds.maxBytes()).arg(handedOn.text());
    }

    private <T> Future<LogScriptReply<T>> run(
            LogScript script, String identity, Consumer<Request> arguments, Function<Response, T> reader) {
        return redis.send(completed(script.byDigest(), identity, arguments))
                .recover(failure -> isUnknownScript(failure)
                        ? redis.send(completed(script.byText(), identity, arguments))
                        : Future.failedFuture(failure))
                .map(response -> reply(Objects.requireNonNull(response), reader));
    }

    private static Request completed(Request request, String identity, Consumer<Request> arguments) {
        request.arg(identity);
        arguments.accept(request);
        return request;
    }

    private static boolean isUnknownScript(Throwable failure) {
        return failure instanceof Response && failure.toString().startsWith(UNKNOWN_SCRIPT);
    }

    private static <T> LogScriptReply<T> reply(Response response, Function<Response, T> reader) {
        return response.get(0).toInteger() == 0
                ? new LogScriptReply.NoState<>()
                : new LogScriptReply.Given<>(reader.apply(response));
    }

    private static EventId id(Response text) {
        return Objects.requireNonNull(EventId.parse(text.toString()));
    }
}
