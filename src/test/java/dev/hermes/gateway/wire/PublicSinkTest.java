package dev.hermes.gateway.wire;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.ext.web.RoutingContext;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams over HTTP/2 and TLS. */
class PublicSinkTest {

    /** What one stream does not take must not use up what the connection may carry. */
    private static final HttpClientOptions HTTP_2 = new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setHttp2ConnectionWindowSize(8 << 20);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));

    /** What speaks to the server. */
    enum Protocol {
        HTTP_2_IN_CLEAR_TEXT {
            @Override
            HttpServerOptions server() {
                return new HttpServerOptions();
            }

            @Override
            HttpClientOptions client() {
                return HTTP_2;
            }
        },
        HTTP_1_OVER_TLS {
            @Override
            HttpServerOptions server() {
                return new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(SelfSignedCertificate.create().keyCertOptions());
            }

            @Override
            HttpClientOptions client() {
                return new HttpClientOptions()
                        .setSsl(true)
                        .setTrustAll(true)
                        .setVerifyHost(false)
                        .setUseAlpn(true)
                        .setAlpnVersions(List.of(HttpVersion.HTTP_1_1));
            }
        };

        abstract HttpServerOptions server();

        abstract HttpClientOptions client();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @ParameterizedTest
    @EnumSource
    void anOpenStreamKeepsNothingThatTheRouterKnewOfItsRequest(Protocol protocol) throws Exception {
        Serving serving = start(protocol.server(), protocol.client());
        HttpClient client = vertx.createHttpClient(protocol.client());
        try {
            BlockingQueue<String> parts = new LinkedBlockingQueue<>();
            await(open(client, serving, answer -> answer.handler(part -> parts.add(part.toString()))));
            readTo(parts, "event: connected");

            WeakReference<RoutingContext> routed =
                    Objects.requireNonNull(serving.routed().get());
            Awaitility.await().until(() -> {
                System.gc();
                return routed.refersTo(null);
            });
            on(serving::deliverLast);
            readTo(parts, "data: last");
        } finally {
            await(client.close());
            on(serving::close);
        }
    }

    @Test
    void aStreamWhoseClientTakesNothingIsCutOffAndTheOthersOfItsConnectionAreNot() throws Exception {
        Serving serving = start(new HttpServerOptions(), HTTP_2);
        HttpClient client = vertx.createHttpClient(HTTP_2);
        try {
            Promise<Throwable> cutOff = Promise.promise();
            Promise<Throwable> otherCutOff = Promise.promise();
            BlockingQueue<String> parts = new LinkedBlockingQueue<>();
            HttpClientResponse stalled = await(open(
                    client,
                    serving,
                    answer -> answer.exceptionHandler(cutOff::tryComplete).pause()));
            HttpClientResponse other = await(open(
                    client,
                    serving,
                    answer -> answer.exceptionHandler(otherCutOff::tryComplete)
                            .handler(part -> parts.add(part.toString()))));
            assertThat(other.request().connection()).isSameAs(stalled.request().connection());

            on(() -> {
                serving.deliverMuch();
                return Future.succeededFuture();
            });
            readTo(parts, "data: 200");
            on(() -> serving.pass(Serving.STREAMS.stallTimeout()));
            on(() -> serving.pass(Serving.STREAMS.stallTimeout()));
            on(() -> serving.pass(Serving.STREAMS.stallTimeout()));

            assertThat(await(cutOff.future())).isInstanceOf(StreamResetException.class);
            on(serving::deliverLast);
            readTo(parts, "data: last");
            assertThat(otherCutOff.future().isComplete()).isFalse();
        } finally {
            await(client.close());
            on(serving::close);
        }
    }

    /** The event as a whole is not taken for four times as long as nothing may be taken. */
    @Test
    void aStreamWhoseClientTakesALargeEventSlowlyGoesOn() throws Exception {
        Serving serving = start(new HttpServerOptions(), HTTP_2);
        HttpClient client = vertx.createHttpClient(HTTP_2);
        try {
            Promise<Throwable> cutOff = Promise.promise();
            BlockingQueue<String> parts = new LinkedBlockingQueue<>();
            HttpClientResponse slow = await(open(
                    client,
                    serving,
                    answer ->
                            answer.exceptionHandler(cutOff::tryComplete).handler(part -> parts.add(part.toString()))));
            readTo(parts, "event: connected");
            on(() -> {
                slow.pause();
                return serving.deliverLarge();
            });
            int portion = 16;
            for (int step = 1; step <= 4; step++) {
                int before = parts.size();
                slow.fetch(portion);
                Awaitility.await().until(() -> parts.size() >= before + portion);
                on(() -> serving.pass(Serving.STREAMS.stallTimeout().minusSeconds(5)));
            }
            assertThat(cutOff.future().isComplete()).isFalse();

            slow.resume();
            on(serving::deliverLast);
            readTo(parts, "data: last");
        } finally {
            await(client.close());
            on(serving::close);
        }
    }

    /** Wherever the parts of the body are divided. */
    private static void readTo(BlockingQueue<String> parts, String mark) throws InterruptedException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(mark) < 0) {
            String part = parts.poll(20, TimeUnit.SECONDS);
            assertThat(part).as("the stream went on").isNotNull();
            read.append(part);
        }
    }

    private Serving start(HttpServerOptions server, HttpClientOptions client) throws Exception {
        return on(() ->
                Serving.start(vertx, server.setStrictThreadMode(true), client, new StreamSinks(), Serving.Way.VERTX));
    }

    /** @param listening set before anything of the body has come */
    private static Future<HttpClientResponse> open(
            HttpClient client, Serving serving, Consumer<HttpClientResponse> listening) {
        return client.request(HttpMethod.GET, serving.server().actualPort(), "127.0.0.1", "/")
                .compose(HttpClientRequest::send)
                .onSuccess(listening::accept);
    }

    private <T> T on(Supplier<Future<T>> work) throws Exception {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(go -> work.get().onComplete(done));
        return done.future().await(20, TimeUnit.SECONDS);
    }
}
