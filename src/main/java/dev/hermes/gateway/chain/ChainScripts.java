package dev.hermes.gateway.chain;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.redis.LogScripts;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of the chain as scripts in the Redis that holds the log, each script atomically. Any thread; results
 * arrive on the caller's event loop.
 */
public final class ChainScripts implements ChainLog {

    /** A small step, so that a marker's number stays close to the server's clock. */
    private static final int MARKER_STEPS = 1_000;

    private static final int FIRST_RESULT = 5;

    private final LogScripts log;
    private final Observer observer;
    private final SecureRandom random = new SecureRandom();
    private final LogScripts.Script draw = LogScripts.Script.load("draw");
    private final LogScripts.Script chain = LogScripts.Script.load("chain");

    /** Learns of every answer, on the caller's loop. */
    @FunctionalInterface
    public interface Observer {

        /**
         * Redis answered a call.
         *
         * @param failure why the log keeps no messages although Redis answers, for people; null if it keeps them
         */
        void answered(@Nullable String failure);
    }

    public ChainScripts(LogScripts log) {
        this(log, failure -> {});
    }

    public ChainScripts(LogScripts log, Observer observer) {
        this.log = log;
        this.observer = observer;
    }

    @Override
    public Future<LogScripts.Reply<Long>> draw(
            String identity, List<String> subscriptions, String gateway, Instant now) {
        int step = 1 + random.nextInt(MARKER_STEPS);
        return log.run(
                        draw,
                        identity,
                        request -> {
                            request.arg(gateway).arg(step).arg(LogScripts.time(now));
                            subscriptions.forEach(request::arg);
                        },
                        response -> response.get(1).toLong())
                .onComplete(this::note);
    }

    @Override
    public Future<LogScripts.Reply<ChainCall.Answer>> chain(ChainCall.Batch batch) {
        return log.timed(log.run(
                        chain,
                        batch.identity(),
                        request -> {
                            log.bounds(request);
                            request.arg(LogScripts.time(batch.heardAt()))
                                    .arg(
                                            batch.told() == null
                                                    ? ""
                                                    : batch.told().toString())
                                    .arg(batch.subscriptions().size());
                            batch.subscriptions().forEach(request::arg);
                            batch.calls().forEach(call -> append(request, call));
                        },
                        ChainScripts::answer))
                .onComplete(this::note);
    }

    private void note(AsyncResult<? extends LogScripts.Reply<?>> result) {
        if (result.failed()) {
            observer.answered("the log refuses what is heard: " + result.cause().getMessage());
        } else {
            observer.answered(
                    result.result() instanceof LogScripts.Reply.NoState ? "the log's state is not there" : null);
        }
    }

    private static void append(Request request, ChainCall call) {
        if (call instanceof ChainCall.Append append) {
            number(request, "a", append.marker(), append.subscription(), append.sequence());
            LogScripts.append(request, append.envelope());
        } else if (call instanceof ChainCall.Reject reject) {
            number(request, "x", reject.marker(), reject.subscription(), reject.sequence());
        } else if (call instanceof ChainCall.Roll roll) {
            request.arg("r").arg(roll.from()).arg(roll.to());
            roll.counts().forEach(request::arg);
        } else if (call instanceof ChainCall.Start start) {
            request.arg("s")
                    .arg(start.marker())
                    .arg(LogScripts.time(start.from()))
                    .arg(LogScripts.time(start.to()));
        } else if (call instanceof ChainCall.Query query) {
            request.arg("q").arg(query.marker());
        }
    }

    private static void number(Request request, String letter, long marker, int subscription, long sequence) {
        request.arg(letter).arg(marker).arg(subscription + 1).arg(sequence);
    }

    /** {@code {1, current, before, appended, newest, result...}} */
    private static ChainCall.Answer answer(Response response) {
        List<ChainCall.Result> results = new ArrayList<>(response.size());
        for (int index = FIRST_RESULT; index < response.size(); index++) {
            results.add(result(response.get(index).toString()));
        }
        return new ChainCall.Answer(
                response.get(1).toLong(),
                EventId.parse(response.get(2).toString()),
                response.get(3).toInteger(),
                Objects.requireNonNull(EventId.parse(response.get(4).toString())),
                results);
    }

    private static ChainCall.Result result(String word) {
        EventId id = EventId.parse(word);
        return id == null
                ? ChainCall.Result.Status.valueOf(word.toUpperCase(Locale.ROOT))
                : new ChainCall.Result.Appended(id);
    }
}
