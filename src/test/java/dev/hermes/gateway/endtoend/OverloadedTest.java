package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.LogLines;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A gateway that has more to do than it can turns new streams away before the open ones suffer, and only as long. */
class OverloadedTest {

    private static final String QUEUE = "/api/v1/events/queue";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void newStreamsAreTurnedAwayWhileEventLoopsAreLateAndOpenOnesGoOn() {
        // More than a loop is late by itself on a machine that others keep busy.
        try (LogLines lines = LogLines.capture();
                RunningGateway gateway =
                        RunningGateway.with("HERMES_OVERLOAD_LOOP_LAG", 300).startWithoutRedis();
                SseConnection open = stream(gateway)) {
            assertThat(open.next().event()).isEqualTo("connected");
            List<String> held = HeldUp.everyLoop(gateway.vertx());
            await().atMost(PATIENCE).until(() -> overloaded(gateway), by -> by.equals(Set.of("loop_lag")));

            Set<Integer> returns = new HashSet<>();
            for (int client = 0; client < 5; client++) {
                returns.add(turnedAway(gateway));
            }
            assertThat(returns)
                    .hasSizeGreaterThan(1)
                    .allSatisfy(millis -> assertThat(millis).isBetween(15_000, 45_000));
            HttpResponse<String> poll = HttpCall.withApiKey(gateway.port(), "GET", "/api/v1/events/poll", "");
            assertThat(poll.statusCode()).isEqualTo(503);
            assertThat(new JsonObject(poll.body()).getString("code")).isEqualTo("OVERLOADED");
            assertThat(Integer.parseInt(poll.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(15, 45);
            assertThat(HttpCall.get(gateway.managementPort(), "/health/ready").statusCode())
                    .isEqualTo(200);
            publish(gateway);
            assertThat(open.nextEvent().event()).isEqualTo("queue_update");

            held.forEach(verticle -> gateway.vertx().undeploy(verticle).await());
            await().atMost(PATIENCE).until(() -> overloaded(gateway).isEmpty());
            try (SseConnection again = stream(gateway)) {
                assertThat(again.next().event()).isEqualTo("connected");
            }
            assertThat(new Operator(gateway).metric("hermes_streams_refused_total{code=\"OVERLOADED\"}"))
                    .isEqualTo(5);
            assertThat(lines.all())
                    .filteredOn(line -> line.contains("overload began"))
                    .hasSize(1);
            assertThat(lines.all())
                    .filteredOn(line -> line.contains("overload ended"))
                    .singleElement()
                    .satisfies(ended -> assertThat(ended).contains("turned_away=\"6\""));
            assertThat(lines.all()).noneMatch(line -> line.contains("stream refused"));
        }
    }

    @Test
    void aCrowdThatComesAtOnceIsLetIn() {
        try (RunningGateway gateway =
                RunningGateway.with("HERMES_OVERLOAD_LOOP_LAG", 1_000).startWithoutRedis()) {
            List<SseConnection> crowd = new ArrayList<>();
            try {
                for (int client = 0; client < 500; client++) {
                    crowd.add(SseConnection.openUnread(
                            gateway.port(), QUEUE, "Authorization: Bearer " + RunningGateway.API_KEY));
                }
                crowd.forEach(SseConnection::read);
                assertThat(crowd)
                        .allSatisfy(stream -> assertThat(stream.next().event()).isEqualTo("connected"));
            } finally {
                crowd.forEach(SseConnection::close);
            }
        }
    }

    private static SseConnection stream(RunningGateway gateway) {
        return SseConnection.open(gateway.port(), QUEUE, Jwt.header());
    }

    private static int turnedAway(RunningGateway gateway) {
        try (SseConnection stream = stream(gateway)) {
            assertThat(stream.status()).isEqualTo(200);
            List<Frame> frames = stream.untilEnd(Duration.ofSeconds(20));
            assertThat(frames).singleElement().satisfies(frame -> {
                assertThat(frame.event()).isEqualTo("unavailable");
                assertThat(new JsonObject(frame.data()).getString("code")).isEqualTo("OVERLOADED");
            });
            return Objects.requireNonNull(frames.get(0).retry(), "no retry");
        }
    }

    private static Set<String> overloaded(RunningGateway gateway) {
        Operator operator = new Operator(gateway);
        Set<String> causes = new HashSet<>();
        for (String cause : List.of("loop_lag", "heap", "descriptors")) {
            if (operator.metric("hermes_overloaded{cause=\"" + cause + "\"}") == 1) {
                causes.add(cause);
            }
        }
        return causes;
    }

    private static void publish(RunningGateway gateway) {
        HttpCall.withApiKey(
                gateway.port(),
                "POST",
                "/api/v1/events/publish",
                "{\"channel\":\"queue:updates\",\"type\":\"queue_update\",\"data\":{}}");
    }

    /** Holds up the event loop on which it is deployed, again and again, without using a processor. */
    private static final class HeldUp extends VerticleBase {

        private static final long MILLIS = 700;
        private static final long PAUSE_MILLIS = 20;

        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public Future<?> start() {
            holdUp();
            return Future.succeededFuture();
        }

        private void holdUp() {
            vertx.setTimer(PAUSE_MILLIS, due -> {
                try {
                    never.await(MILLIS, TimeUnit.MILLISECONDS);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
                holdUp();
            });
        }

        static List<String> everyLoop(Vertx vertx) {
            List<String> deployed = new ArrayList<>();
            for (int loop = 0; loop < 2 * Runtime.getRuntime().availableProcessors(); loop++) {
                deployed.add(vertx.deployVerticle(new HeldUp()).await());
            }
            return deployed;
        }
    }
}
