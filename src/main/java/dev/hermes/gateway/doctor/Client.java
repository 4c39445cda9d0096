package dev.hermes.gateway.doctor;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks one address. Whatever answers there cannot hold the caller up or fill its memory: a request ends after its time
 * limit, of a body no more than 64 KiB are read, and redirects are not followed. Blocks; for one thread.
 */
final class Client {

    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int MOST_BODY = 64 << 10;
    private static final int MOST_QUOTED = 100;
    private static final String EVENTS = "/api/v1/events";

    private final URI base;
    private final String key;
    private final HttpClient client;

    /** @param base without a slash at the end */
    Client(URI base, String key, SSLContext trust) {
        this.base = base;
        this.key = key;
        this.client = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .sslContext(trust)
                // Without TLS it would offer an upgrade to h2c, which no browser does.
                .version(secure() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .build();
    }

    URI base() {
        return base;
    }

    boolean secure() {
        return "https".equals(base.getScheme());
    }

    /** A request to a path below the address, without a credential. */
    HttpRequest.Builder plain(String path) {
        return HttpRequest.newBuilder(URI.create(base + path));
    }

    /** A request to a path of the events, with the key. */
    HttpRequest.Builder events(String path) {
        return keyed(EVENTS + path);
    }

    /** A request to a path below the address, with the key. */
    HttpRequest.Builder keyed(String path) {
        return plain(path).header("Authorization", "Bearer " + key);
    }

    Answer health() {
        return send(plain(EVENTS + "/health"));
    }

    /** @throws Failure if there is no answer, or it is not whole in time */
    Answer send(HttpRequest.Builder request) {
        long start = System.nanoTime();
        HttpResponse<byte[]> response =
                within(client.sendAsync(request.build(), Body.ofAtMost(MOST_BODY)), PATIENCE, "answer");
        return new Answer(response, System.nanoTime() - start);
    }

    /** @throws Failure if the head of the answer does not come in time */
    EventStream stream(HttpRequest.Builder request, Duration limit) {
        request.header("Accept", "text/event-stream");
        long start = System.nanoTime();
        HttpResponse<EventStream> response = within(
                client.sendAsync(request.build(), head -> new EventStream(head, start)), limit, "head of the stream");
        return response.body();
    }

    private <T> T within(CompletableFuture<T> answer, Duration limit, String what) {
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw new Failure(base + " gives no " + what + " within " + limit.toSeconds() + " s");
        } catch (ExecutionException failed) {
            throw new Failure(base + " gives no " + what + ": " + reason(failed.getCause()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failure("interrupted");
        }
    }

    private String reason(@Nullable Throwable failure) {
        if (failure == null) {
            return "unknown";
        }
        String message = failure.getMessage();
        return quoted(message == null ? failure.getClass().getSimpleName() : message);
    }

    /** What another program has said, fit for one line: short, without control characters and without the key. */
    String quoted(String text) {
        String line = text.replace(key, "…").replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= MOST_QUOTED ? line : line.substring(0, MOST_QUOTED) + "…";
    }

    /** The check could not be made, for this reason: one sentence without its end. */
    static final class Failure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Failure(String reason) {
            super(reason);
        }
    }

    /** An answer and how long it took until it was whole. */
    record Answer(int status, HttpHeaders headers, HttpClient.Version version, String body, Duration took) {

        Answer(HttpResponse<byte[]> response, long nanos) {
            this(
                    response.statusCode(),
                    response.headers(),
                    response.version(),
                    new String(response.body(), StandardCharsets.UTF_8),
                    Duration.ofNanos(nanos));
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** The body as an object; null if it is none. */
        @Nullable
        JsonObject json() {
            try {
                return new JsonObject(body);
            } catch (DecodeException | ClassCastException none) {
                return null;
            }
        }
    }

    /** The beginning of a body. The client calls it, one call after the other. */
    private static final class Body implements BodySubscriber<byte[]> {

        private final int most;
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        private Body(int most) {
            this.most = most;
        }

        /** Ends the connection when there is more. */
        static BodyHandler<byte[]> ofAtMost(int most) {
            return head -> new Body(most);
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] bytes = new byte[Math.min(buffer.remaining(), most - read.size())];
                buffer.get(bytes);
                read.writeBytes(bytes);
            }
            if (read.size() >= most && subscription != null) {
                subscription.cancel();
                onComplete();
            }
        }

        @Override
        public void onError(Throwable failure) {
            whole.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            whole.complete(read.toByteArray());
        }
    }
}
