package dev.hermes.gateway.auth;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.hermes.gateway.config.Settings;
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
 * Asks Hermes whether it still accepts a credential. Hermes denies JWTs after logout and disabled users, and accepts
 * API keys that only its database knows. The request goes to {@code HERMES_IDENTITY_URL} with the caller's own {@code
 * Authorization}, which is sent nowhere else.
 *
 * <p>Callable from any event loop; results arrive there. Only one request at a time asks about a credential, for all
 * callers; its answer is kept for ten seconds at most, under the credential's digest. Requests are pipelined over
 * four persistent connections, each with a time limit of two seconds. After five failures in a row no request is sent
 * for a second or two, and then a single one as a test.
 */
public final class IdentityEndpoint {

    /** How long an answer may be used for opening a stream or making a request. */
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

    /** A field, because a client without references is closed at the next garbage collection. */
    private final HttpClient client;

    private final CircuitBreaker circuit;
    private final AsyncCache<String, TimedAnswer> answers;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder denied = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final LongAdder kept = new LongAdder();

    /** Hermes' answer about a credential. */
    public sealed interface Answer {

        /**
         * Hermes accepts the credential.
         *
         * @param userId the credential's user, if the answer names one
         */
        record Accepted(@Nullable String userId) implements Answer {}

        /** Hermes denies the credential, or no longer accepts it. */
        record Denied() implements Answer {}
    }

    /**
     * The number of answers so far.
     *
     * @param kept how often a kept answer was used, without a request
     * @param open whether no requests are sent right now
     */
    public record Counts(long accepted, long denied, long unanswered, long kept, boolean open) {

        /** The counts of a gateway that does not ask Hermes. */
        public static final Counts NONE = new Counts(0, 0, 0, 0, false);
    }

    private record TimedAnswer(Answer answer, long atNanos) {}

    /**
     * Hermes did not answer, for any reason. It extends the time-out exception because the cache treats that as
     * ordinary; it would write any other failure to standard error, with its stack trace, for each request while
     * Hermes is away.
     */
    private static final class UnansweredException extends TimeoutException {

        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** @param ticker the clock by which kept answers age */
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
                        // All gateways of a fleet notice the outage at the same time; they must not all ask again at
                        // the same time.
                        IntervalFunction.ofRandomized(UNASKED.toMillis(), UNASKED_JITTER))
                .build();
    }

    /**
     * Asks about a credential, or uses a kept answer. Fails if Hermes does not answer; the caller must then conclude
     * nothing.
     *
     * @param presented the text after the scheme {@code Bearer}
     * @param oldest how old a kept answer may be
     */
    public Future<Answer> ask(Settings.Secret presented, Duration oldest) {
        String key = key(presented);
        CompletableFuture<TimedAnswer> known = answers.getIfPresent(key);
        if (known != null && isStale(known, oldest)) {
            answers.asMap().remove(key, known);
        } else if (known != null) {
            kept.increment();
        }
        CompletableFuture<TimedAnswer> answer = answers.get(key, (same, executor) -> request(presented));
        return Future.fromCompletionStage(answer, vertx.getOrCreateContext()).map(TimedAnswer::answer);
    }

    /** Whether a kept answer about the credential can be used. */
    boolean knows(Settings.Secret presented) {
        CompletableFuture<TimedAnswer> known = answers.getIfPresent(key(presented));
        return known != null && known.isDone() && !isStale(known, LONGEST_KEPT);
    }

    private static String key(Settings.Secret presented) {
        return HexFormat.of().formatHex(Authenticator.ApiKeys.digest(presented.reveal()));
    }

    /**
     * Whether an answer is too old or failed. The cache drops answers itself, but counts from a moment later, and may
     * not have dropped a request that has just failed.
     */
    private boolean isStale(CompletableFuture<TimedAnswer> known, Duration oldest) {
        if (known.isCompletedExceptionally()) {
            return true;
        }
        TimedAnswer answer = known.getNow(null);
        return answer != null && ticker.read() - answer.atNanos() >= oldest.toNanos();
    }

    private CompletableFuture<TimedAnswer> request(Settings.Secret presented) {
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
                    // The failure's message is left out, since the request contains a secret.
                    LOG.debug(
                            "identity endpoint did not answer failure={}",
                            failure.getClass().getName());
                })
                .map(answer -> new TimedAnswer(answer, asOf))
                .recover(failure -> Future.failedFuture(new UnansweredException()))
                .toCompletionStage()
                .toCompletableFuture();
    }

    /**
     * Sends one request. It is reset when it takes too long, since it would block its connection and all requests
     * behind it; one that failed with its connection needs no reset, which would throw while the gateway ends.
     */
    private static Future<Answer> exchange(HttpClientRequest request) {
        // A request that is given up also reports here; without a handler Vert.x would log each one as an error.
        request.exceptionHandler(given -> {});
        return request.send()
                .compose(response -> body(request, response).map(body -> answer(response, body)))
                .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onFailure(failure -> {
                    if (failure instanceof TimeoutException) {
                        request.reset();
                    }
                });
    }

    /** The body, or an empty one if it is too long to describe a user; the status alone is enough then. */
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

    /** Interprets the answer. A redirect, a server error and "too many requests" say nothing about the credential. */
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

    /** The counts so far. Any thread. */
    public Counts counts() {
        return new Counts(
                accepted.sum(),
                denied.sum(),
                unanswered.sum(),
                kept.sum(),
                circuit.getState() == CircuitBreaker.State.OPEN);
    }

    /** Closes the connections. */
    public Future<Void> close() {
        return client.close();
    }
}
