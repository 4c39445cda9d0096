package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Changes the log in Redis, each change as one script and therefore atomically. Any thread; results arrive on the
 * caller's event loop. A call that fails as {@link RedisCommands#send} does may have taken effect.
 *
 * <p>A script is called by its digest. If Redis does not know the script, the same call is repeated with the whole
 * text: in a Cluster, loading the script by a separate command would reach an arbitrary node.
 */
public final class LogScripts {

    private static final String UNKNOWN_SCRIPT = "NOSCRIPT";

    /** In the answer of {@link #appended}. */
    private static final int FIRST_CHANNEL = 6;

    /** Always of the same length, so that a script can compare two times as text. */
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final RedisCommands redis;
    private final Settings.History bounds;
    private final EntryDispatcher.Reached handedOn = new EntryDispatcher.Reached();
    private final LongAdder appends = new LongAdder();
    private final LongAdder appendNanos = new LongAdder();
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

    /**
     * Appends events that no other gateway could append too, all or none. Repeating the call would append them again.
     */
    public Future<Reply<List<EventId>>> publish(String identity, List<Envelope> envelopes) {
        return timed(run(
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
                }));
    }

    /** Counts a call that was just sent, and how long it takes, among those that append. */
    public <T> Future<T> timed(Future<T> call) {
        long sent = System.nanoTime();
        return call.onComplete(answered -> {
            appends.increment();
            appendNanos.add(System.nanoTime() - sent);
        });
    }

    /** The calls that append, and their time in seconds, so far. */
    EventLog.Appends appends() {
        return new EventLog.Appends(appends.sum(), appendNanos.sum() / 1e9);
    }

    /**
     * Makes sure that the log has an entry, and that every later id is greater than the floor; appends an {@link
     * dev.hermes.gateway.event.LogEntry.OriginEntry} if needed.
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
     * Removes the entries that exceed the bounds of count, bytes and age, about a thousand at most. Never removes the
     * newest entry, nor an entry that some gateway has not passed on yet.
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

    /** Whether the caller is the first to find that this entry, which a producer appended, is not an event. */
    public Future<Reply<Boolean>> firstToReject(String identity, EventId entry) {
        return run(
                reject,
                identity,
                request -> request.arg(entry.toString()),
                response -> response.get(1).toInteger() == 1);
    }

    /** Whether this entry was the last to be removed, so that everything after it is still in the log. */
    public Future<Boolean> removedLast(String identity, EventId entry) {
        return run(removed, identity, request -> {}, response -> response.get(1).toString())
                .map(reply -> reply instanceof Reply.Given<String> given
                        && given.value().equals(entry.toString()));
    }

    /** The position up to which this gateway has passed on the log; sent along with its calls. */
    EntryDispatcher.Reached handedOn() {
        return handedOn;
    }

    /**
     * This gateway does not follow the log right now: until it passes on an entry again, no other gateway waits for
     * it.
     */
    public void silent() {
        handedOn.silent();
    }

    /** How much the log holds, and how many entries gateways have appended so far. */
    Future<Reply<Appended>> appended(String identity) {
        return run(appended, identity, request -> request.arg(handedOn.text()), response -> {
            Map<String, Long> counts = new HashMap<>();
            for (int index = FIRST_CHANNEL; index < response.size(); index += 2) {
                counts.put(
                        response.get(index).toString(), response.get(index + 1).toLong());
            }
            EventLog.Held held = new EventLog.Held(
                    response.get(2).toDouble(),
                    response.get(3).toDouble(),
                    response.get(4).toDouble() / 1e3,
                    id(response.get(1)),
                    handedOn.followers(response.get(5).toString()));
            return new Appended(id(response.get(1)), counts, held);
        });
    }

    /** Formats a time as the scripts expect it. */
    public static String time(Instant instant) {
        return MILLIS.format(instant);
    }

    /** Adds the parts of an entry in the order in which the scripts expect them. */
    public static void append(Request request, Envelope envelope) {
        request.arg(envelope.loggedAs())
                .arg(envelope.type())
                .arg(envelope.data())
                .arg(envelope.timestamp());
    }

    /**
     * Adds what every appending script needs: the bounds of the log, and the position up to which this gateway has
     * passed it on.
     */
    public void bounds(Request request) {
        request.arg(bounds.maxEvents()).arg(bounds.maxBytes()).arg(handedOn.text());
    }

    /**
     * Runs a script on the log of the given identity.
     *
     * @param arguments adds the arguments that follow the identity
     * @param reader reads the answer, of which the first element says whether the script did its work
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
     * The answer of a script.
     *
     * @param <T> the result if the script did its work
     */
    public sealed interface Reply<T> {

        /** Redis holds a log of another identity, or none; the script did nothing. */
        record NoState<T>() implements Reply<T> {}

        /** The script did its work. */
        record Given<T>(T value) implements Reply<T> {}

        /** The same reply with its value converted, if it has one. */
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
     * @param text the text that Redis gets, which begins with the part common to all scripts
     * @param digest the SHA-1 digest by which Redis knows the script once it has run
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

        /** A call by digest, without its arguments; Redis answers NOSCRIPT if it does not know the script. */
        Request byDigest() {
            return keys(Request.cmd(Command.EVALSHA).arg(digest));
        }

        /** A call with the whole text, without its arguments; works always. */
        Request byText() {
            return keys(Request.cmd(Command.EVAL).arg(text));
        }

        private static Request keys(Request request) {
            return request.arg(3).arg(RedisNames.LOG_STATE).arg(RedisNames.LOG).arg(RedisNames.LOG_SAVED);
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
     * How many entries gateways have appended to a log so far.
     *
     * @param newest the entry up to which the counts hold
     * @param counts the number per channel; no entry means none
     * @param held what the log holds
     */
    record Appended(EventId newest, Map<String, Long> counts, EventLog.Held held) {

        Appended {
            counts = Map.copyOf(counts);
        }
    }

    /**
     * The result of a trim.
     *
     * @param removed the number of entries removed
     * @param more whether entries remain to be removed: the work of one call is bounded, so the next may follow
     *     immediately
     */
    public record Trimmed(long removed, boolean more) {}

    /**
     * The events that a gateway appended by one call of a script.
     *
     * @param identity the identity of the log
     * @param after the entry directly before the first of these events; null if unknown, or if other entries were
     *     appended among them
     * @param own the events, in the log's order
     * @param heardMillis when the first of them was received, by {@link System#nanoTime()} in milliseconds
     * @param newest the newest entry of the log after the call
     */
    public record AppendedRun(
            String identity, @Nullable EventId after, List<Own> own, long heardMillis, EventId newest) {

        public AppendedRun {
            own = List.copyOf(own);
        }

        /** One of the events, with its id. */
        public record Own(EventId id, Envelope envelope) {}

        /** Whether there is an event, and the first one follows the position directly. */
        boolean follows(EventId position) {
            return !own.isEmpty() && position.equals(after);
        }

        /** The events as entries of the log. */
        List<LogEntry> entries() {
            return own.stream()
                    .<LogEntry>map(one -> new Event(one.id(), one.envelope()))
                    .toList();
        }

        /** When the first of them was received, by {@link System#nanoTime()}. */
        long receivedNanos() {
            return TimeUnit.MILLISECONDS.toNanos(heardMillis);
        }
    }
}
