package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
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
public final class LogScripts {

    private static final String UNKNOWN_SCRIPT = "NOSCRIPT";

    /** Of one width, so that a script can compare two as text. */
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final RedisCommands redis;
    private final Settings.History bounds;
    private final Handover.Reached handedOn = new Handover.Reached();
    private final Script publish = Script.load("publish");
    private final Script origin = Script.load("origin");
    private final Script trim = Script.load("trim");
    private final Script reject = Script.load("reject");
    private final Script removed = Script.load("removed");
    private final Script appended = Script.load("appended");

    public LogScripts(RedisCommands redis, Settings.History bounds) {
        this.redis = redis;
        this.bounds = bounds;
    }

    /** Appends events that nobody else can append too, all or none. Sent again it would append them again. */
    public Future<Reply<List<EventId>>> publish(String identity, List<Envelope> envelopes) {
        return run(
                publish,
                identity,
                request -> {
                    bounds(request);
                    envelopes.forEach(envelope -> append(request, envelope));
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
     * dev.hermes.gateway.event.LogEntry.OriginEntry} if need be.
     *
     * @param floor the highest id that was delivered, or null
     * @return the id of the newest entry
     */
    public Future<Reply<EventId>> origin(String identity, @Nullable EventId floor, Instant now) {
        return run(
                origin,
                identity,
                request -> request.arg(floor == null ? "" : floor.toString()).arg(time(now)),
                response -> id(response.get(1)));
    }

    /**
     * Removes what exceeds the bounds, age too; never the newest entry, nor what a gateway was not handed yet; about a thousand
     * entries at most.
     */
    public Future<Reply<Trimmed>> trim(String identity) {
        return run(
                trim,
                identity,
                request -> {
                    bounds(request);
                    request.arg(bounds.maxAge().toMillis());
                },
                response ->
                        new Trimmed(response.get(1).toLong(), response.get(2).toInteger() == 1));
    }

    /** Whether the caller is the first to find that this entry, which a producer appended, is no event. */
    public Future<Reply<Boolean>> firstToReject(String identity, EventId entry) {
        return run(
                reject,
                identity,
                request -> request.arg(entry.toString()),
                response -> response.get(1).toInteger() == 1);
    }

    /** Whether that entry was removed last, so that all which followed it is still there. */
    public Future<Boolean> removedLast(String identity, EventId entry) {
        return run(removed, identity, request -> {}, response -> response.get(1).toString())
                .map(reply -> reply instanceof Reply.Given<String> given
                        && given.value().equals(entry.toString()));
    }

    /** Up to where its caller has handed on the log; its calls tell others. */
    Handover.Reached handedOn() {
        return handedOn;
    }

    /** The caller is of no use right now: until it hands something on again nobody is to wait for it. */
    public void silent() {
        handedOn.silent();
    }

    /** How many entries gateways have appended so far. */
    Future<Reply<Appended>> appended(String identity) {
        return run(appended, identity, request -> request.arg(handedOn.text()), response -> {
            Map<String, Long> counts = new HashMap<>();
            for (int index = 2; index < response.size(); index += 2) {
                counts.put(
                        response.get(index).toString(), response.get(index + 1).toLong());
            }
            return new Appended(id(response.get(1)), counts);
        });
    }

    /** A time as scripts take it. */
    public static String time(Instant instant) {
        return MILLIS.format(instant);
    }

    /** What an entry is made of, as scripts take it. */
    public static void append(Request request, Envelope envelope) {
        request.arg(envelope.loggedAs())
                .arg(envelope.type())
                .arg(envelope.data())
                .arg(envelope.timestamp());
    }

    /** Adds what a script must know that appends: how much may be kept, and up to where this gateway has handed it on. */
    public void bounds(Request request) {
        request.arg(bounds.maxEvents()).arg(bounds.maxBytes()).arg(handedOn.text());
    }

    /**
     * Runs a script in the log of that identity.
     *
     * @param arguments adds what follows the identity
     * @param reader reads what follows the first word, if the script did its work
     */
    public <T> Future<Reply<T>> run(
            Script script, String identity, Consumer<Request> arguments, Function<Response, T> reader) {
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

    private static <T> Reply<T> reply(Response response, Function<Response, T> reader) {
        return response.get(0).toInteger() == 0 ? new Reply.NoState<>() : new Reply.Given<>(reader.apply(response));
    }

    private static EventId id(Response text) {
        return Objects.requireNonNull(EventId.parse(text.toString()));
    }

    /**
     * What a script of the log answers.
     *
     * @param <T> what it says if it did its work
     */
    public sealed interface Reply<T> {

        /** Redis does not keep the log of this identity, or none: nothing was done. */
        record NoState<T>() implements Reply<T> {}

        /** The script did its work. */
        record Given<T>(T value) implements Reply<T> {}

        /** The same with another value, if there is one. */
        default <U> Reply<U> map(Function<T, U> mapper) {
            return this instanceof Given<T> given ? new Given<>(mapper.apply(given.value())) : new NoState<>();
        }

        /** The value; fails if Redis holds another log. */
        default T required() {
            if (this instanceof Given<T> given) {
                return given.value();
            }
            throw new EventLog.UnavailableException("Redis does not hold this log any more");
        }
    }

    /**
     * One Lua script of the log with its digest. Immutable.
     *
     * @param text as Redis gets it, with what all of them begin with
     * @param digest by which Redis knows it once it has run
     */
    public record Script(String text, String digest) {

        /** Reads {@code <name>.lua} beside this class. */
        public static Script load(String name) {
            String text = resource("state") + resource(name);
            try {
                byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
                return new Script(text, HexFormat.of().formatHex(digest));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-1", e);
            }
        }

        /** A call that Redis answers with NOSCRIPT unless it knows the script; arguments are to follow. */
        Request byDigest() {
            return keys(Request.cmd(Command.EVALSHA).arg(digest));
        }

        /** A call that always works; arguments are to follow. */
        Request byText() {
            return keys(Request.cmd(Command.EVAL).arg(text));
        }

        private static Request keys(Request request) {
            return request.arg(2).arg(RedisNames.LOG_STATE).arg(RedisNames.LOG);
        }

        private static String resource(String name) {
            try (InputStream file = Objects.requireNonNull(Script.class.getResourceAsStream(name + ".lua"), name)) {
                return new String(file.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * What gateways have appended to a log so far.
     *
     * @param newest the entry up to which that is so
     * @param counts how many of each channel; none for a channel that is not there
     */
    record Appended(EventId newest, Map<String, Long> counts) {

        Appended {
            counts = Map.copyOf(counts);
        }
    }

    /**
     * What a trim did.
     *
     * @param removed how many entries it removed
     * @param more whether there is more to do: a trim's work is bounded, so the next may follow at once
     */
    public record Trimmed(long removed, boolean more) {}
}
