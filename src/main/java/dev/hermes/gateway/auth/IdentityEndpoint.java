package dev.hermes.gateway.auth;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.hermes.gateway.config.Secret;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Hermes whether it still accepts a credential: it refuses a JWT after logout and the users it has disabled, and knows
 * further API keys, all of which stands in its database alone. Asked is {@code HERMES_IDENTITY_URL}, with the caller's own
 * {@code Authorization}, which goes nowhere else.
 *
 * <p>Any event loop may ask, and is answered there. One question at a time about a credential, whoever asks; its answer is
 * kept for ten seconds at most, by the credential's digest. Questions go one behind the other over four connections that
 * are held, each for two seconds at most; after five in a row without an answer nobody is asked for a second or two, and
 * then one at first.
 */
public final class IdentityEndpoint {

    /** How long an answer may be used for opening something. */
    public static final Duration LONGEST_KEPT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(IdentityEndpoint.class);

    private static final int MOST_KEPT = 10_000;
    private static final int CONNECTIONS = 4;
    private static final int PIPELINED = 16;
    private static final int MOST_WAITING = 1_000;
    private static final long TIMEOUT_MILLIS = 2_000;
    private static final int LONGEST_BODY = 64 * 1_024;
    private static final int UNANSWERED_IN_A_ROW = 5;
    private static final Duration UNASKED = Duration.ofMillis(1_500);
    private static final double UNASKED_JITTER = 0.4;

    private final Vertx vertx;
    private final URI url;
    private final Ticker ticker;

    /** Held here: a client that nobody refers to is closed with the next garbage collection. */
    private final HttpClient client;

    private final CircuitBreaker circuit;
    private final AsyncCache<String, Given> answers;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder denied = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final LongAdder kept = new LongAdder();

    /** What Hermes says of a credential. */
    public sealed interface Answer {

        /**
         * It is good.
         *
         * @param userId whose it is, where the answer tells it
         */
        record Accepted(@Nullable String userId) implements Answer {}

        /** It is not, or no longer. */
        record Denied() implements Answer {}
    }

    /**
     * What was asked so far.
     *
     * @param kept answers that were at hand, so that nobody had to be asked
     * @param open whether nobody is asked right now
     */
    public record Counts(long accepted, long denied, long unanswered, long kept, boolean open) {

        /** Of a gateway that asks nobody. */
        public static final Counts NONE = new Counts(0, 0, 0, 0, false);
    }

    private record Given(Answer answer, long atNanos) {}

    /**
     * Nobody answered, for whatever reason. A time-out, since the cache takes these for ordinary: any other failure it would
     * write to standard error by itself, with its trace, each time that Hermes is asked while it is away.
     */
    private static final class UnansweredException extends TimeoutException {

        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** @param ticker the clock of what is kept */
    public IdentityEndpoint(Vertx vertx, URI url, Ticker ticker) {
        this.vertx = vertx;
        this.url = url;
        this.ticker = ticker;
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setConnectTimeout((int) TIMEOUT_MILLIS)
                        .setPipelining(true)
                        .setPipeliningLimit(PIPELINED))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(MOST_WAITING))
                .build();
        this.circuit = CircuitBreaker.of("identity", circuit());
        circuit.getEventPublisher()
                .onStateTransition(change -> LOG.warn(
                        "identity endpoint url={} circuit={}",
                        url,
                        change.getStateTransition().getToState()));
        this.answers = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .expireAfterWrite(LONGEST_KEPT)
                .ticker(ticker)
                .buildAsync();
    }

    private static CircuitBreakerConfig circuit() {
        return CircuitBreakerConfig.custom()
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(UNANSWERED_IN_A_ROW)
                .minimumNumberOfCalls(UNANSWERED_IN_A_ROW)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(
                        // All gateways of a fleet find out at the same time; they are not to come back at the same
                        // time.
                        IntervalFunction.ofRandomized(UNASKED.toMillis(), UNASKED_JITTER))
                .build();
    }

    /**
     * Asks about a credential, or takes the answer at hand. Fails when there is none: nothing may be concluded then.
     *
     * @param presented what follows the scheme {@code Bearer}
     * @param oldest how old an answer at hand may be
     */
    public Future<Answer> ask(Secret presented, Duration oldest) {
        String key = key(presented);
        CompletableFuture<Given> known = answers.getIfPresent(key);
        if (known != null && isStale(known, oldest)) {
            answers.asMap().remove(key, known);
        } else if (known != null) {
            kept.increment();
        }
        CompletableFuture<Given> given = answers.get(key, (same, executor) -> question(presented));
        return Future.fromCompletionStage(given, vertx.getOrCreateContext()).map(Given::answer);
    }

    /** Whether nobody need be asked about it now. */
    boolean knows(Secret presented) {
        CompletableFuture<Given> known = answers.getIfPresent(key(presented));
        return known != null && known.isDone() && !isStale(known, LONGEST_KEPT);
    }

    private static String key(Secret presented) {
        return HexFormat.of().formatHex(Authenticator.ApiKeys.digest(presented.reveal()));
    }

    /** The cache forgets by itself, but counts from a moment later, and may not have forgotten yet what has just failed. */
    private boolean isStale(CompletableFuture<Given> known, Duration oldest) {
        if (known.isCompletedExceptionally()) {
            return true;
        }
        Given given = known.getNow(null);
        return given != null && ticker.read() - given.atNanos() >= oldest.toNanos();
    }

    private CompletableFuture<Given> question(Secret presented) {
        if (!circuit.tryAcquirePermission()) {
            unanswered.increment();
            return CompletableFuture.failedFuture(new UnansweredException());
        }
        long asked = circuit.getCurrentTimestamp();
        long asOf = ticker.read();
        return client.request(new RequestOptions()
                        .setAbsoluteURI(url.toString())
                        .setTimeout(TIMEOUT_MILLIS)
                        .putHeader(HttpHeaders.ACCEPT, "application/json")
                        .putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + presented.reveal()))
                .compose(IdentityEndpoint::exchange)
                .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onSuccess(answer -> {
                    circuit.onSuccess(circuit.getCurrentTimestamp() - asked, circuit.getTimestampUnit());
                    (answer instanceof Answer.Accepted ? accepted : denied).increment();
                })
                .onFailure(failure -> {
                    circuit.onError(circuit.getCurrentTimestamp() - asked, circuit.getTimestampUnit(), failure);
                    unanswered.increment();
                    // Its message is left out: what was asked is a secret.
                    LOG.debug(
                            "identity endpoint did not answer failure={}",
                            failure.getClass().getName());
                })
                .map(answer -> new Given(answer, asOf))
                .recover(failure -> Future.failedFuture(new UnansweredException()))
                .toCompletionStage()
                .toCompletableFuture();
    }

    /** One that goes on for too long is cut off: it would hold its connection, and all that is asked behind it. */
    private static Future<Answer> exchange(HttpClientRequest request) {
        // A request that is given up is told here too; unheard, Vert.x would log each as an error.
        request.exceptionHandler(given -> {});
        return request.send()
                .compose(response -> body(request, response).map(body -> answer(response, body)))
                .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onFailure(failure -> request.reset());
    }

    /** The body, or an empty one in place of one that is too long to be about a user: the status says enough then. */
    private static Future<Buffer> body(HttpClientRequest request, HttpClientResponse response) {
        Promise<Buffer> whole = Promise.promise();
        Buffer read = Buffer.buffer();
        response.handler(part -> {
            if (read.length() + part.length() <= LONGEST_BODY) {
                read.appendBuffer(part);
            } else if (whole.tryComplete(Buffer.buffer())) {
                request.reset();
            }
        });
        response.exceptionHandler(whole::tryFail).endHandler(end -> whole.tryComplete(read));
        return whole.future();
    }

    /** A redirect, an error of the server and too many requests say nothing of the credential. */
    private static Answer answer(HttpClientResponse response, Buffer body) {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return new Answer.Accepted(userId(body));
        }
        if (status == 401 || status == 403) {
            return new Answer.Denied();
        }
        throw new IllegalStateException("status " + status);
    }

    private static @Nullable String userId(Buffer body) {
        try {
            Object id = new JsonObject(body).getValue("id");
            return id instanceof String || id instanceof Number ? id.toString() : null;
        } catch (DecodeException | ClassCastException notAnObject) {
            return null;
        }
    }

    /** Any thread. */
    public Counts counts() {
        return new Counts(
                accepted.sum(),
                denied.sum(),
                unanswered.sum(),
                kept.sum(),
                circuit.getState() == CircuitBreaker.State.OPEN);
    }

    /** Lets go of the connections. */
    public Future<Void> close() {
        return client.close();
    }
}
