package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.event.Publication;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import dev.hermes.gateway.fixture.SteadyProducer;
import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.TestReporter;

/** One loss of the Redis that holds the log, under constant publishing, as streams, publishers and operators see it. */
final class RedisOutage implements AutoCloseable {

    private static final Duration NOTICED = Duration.ofSeconds(6);
    private static final Duration BACK_IN_SERVICE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String EVENT = json("{'channel':'queue:updates','type':'queue_update','data':{'by':'post'}}");

    private final RedisFault fault;
    private final RedisFault.Site site;
    private final RunningGateway gateway;
    private final Operator operator;
    private final String token;
    private final SseConnection stream;
    private final List<Frame> came = new ArrayList<>();

    RedisOutage(RedisFault fault) {
        this.fault = fault;
        site = fault.site();
        gateway = site.gateway();
        operator = new Operator(gateway);
        token = gateway.token("queue");
        stream = SseConnection.open(gateway.port(), RedisLogFixture.QUEUE, Jwt.header());
        stream.next("connected");
    }

    @Override
    public void close() {
        stream.close();
        site.fixture().close();
    }

    /** It lasts for at least so many heartbeats of a second each. */
    void isOutlived(int heartbeats, TestReporter times) {
        try (SteadyProducer producer =
                SteadyProducer.start(site.fixture().redis().port())) {
            until(RedisOutage::isEvent);

            Pace began = Pace.start();
            fault.begin(site);
            until(frame -> isBackend(frame, "down"));
            Duration noticed = began.elapsed();
            Duration noticeLimit = began.stretched(NOTICED);
            assertAway(heartbeats);
            Pace ended = Pace.start();
            fault.end(site);
            until(frame -> isBackend(frame, "up"));
            int atUp = came.size();
            until(RedisOutage::isEvent);
            Duration back = ended.elapsed();
            Duration backLimit = ended.stretched(BACK_IN_SERVICE);

            times.publishEntry(fault.name(), "down_ms=" + noticed.toMillis() + " back_ms=" + back.toMillis());
            assertThat(noticed).isLessThan(noticeLimit);
            assertThat(back).isLessThan(backLimit);
            assertBack();
            int last = producer.stop();
            if (came.stream().noneMatch(frame -> frame.data().equals(RedisLogFixture.data(last)))) {
                until(frame -> frame.data().equals(RedisLogFixture.data(last)));
            }
            producer.assertDeliveredOrDeclared(came);
            assertThat(came.subList(0, atUp - 1).stream()
                            .dropWhile(frame -> !frame.event().equals("backend")))
                    .as("nothing but what is told of the loss comes between down and up")
                    .extracting(Frame::event)
                    .containsOnlyOnce("backend")
                    .doesNotContain("queue_update");
            assertThat(came.stream()
                            .filter(frame -> frame.event().equals("gap"))
                            .map(RedisLogFixture::reason)
                            // The same loss again, where a late Redis made the chain begin once more.
                            .distinct()
                            .toList())
                    .isEqualTo(fault.gaps());
        }
    }

    private void assertAway(int heartbeats) {
        assertThat(operator.status("/health/ready")).isEqualTo(503);
        assertThat(operator.status("/health/live")).isEqualTo(200);
        assertUnavailable(SseConnection.open(gateway.port(), RedisLogFixture.QUEUE, Jwt.header()));
        assertUnavailable(SseConnection.open(gateway.port(), RedisLogFixture.QUEUE + "?token=" + token));
        HttpResponse<String> answer = RedisLogFixture.post(gateway, EVENT);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
        assertThatThrownBy(() -> gateway.vertx()
                        .eventBus()
                        .request(Publication.ADDRESS, new JsonObject(EVENT))
                        .await(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        failure -> assertThat(failure.failureCode()).isEqualTo(503));
        for (int beat = 0; beat < heartbeats; beat++) {
            until(frame -> frame.event().equals("heartbeat"));
            assertThat(operator.status("/health/live")).isEqualTo(200);
            assertThat(operator.status("/health/ready")).isEqualTo(503);
        }
    }

    private void assertBack() {
        await().untilAsserted(() -> assertThat(operator.status("/health/ready")).isEqualTo(200));
        HttpResponse<String> answer = RedisLogFixture.post(gateway, EVENT);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        String id = new JsonObject(answer.body()).getJsonArray("ids").getString(0);
        assertThat(site.fixture().ask("XRANGE", "hermes:events", id, id)).contains(json("{'by':'post'}"));
        until(frame -> id.equals(frame.id()) && frame.event().equals("queue_update"));
        try (SseConnection another = SseConnection.open(gateway.port(), RedisLogFixture.QUEUE, Jwt.header())) {
            assertThat(another.next().event()).isEqualTo("connected");
        }
    }

    private static void assertUnavailable(SseConnection answer) {
        try (answer) {
            assertThat(answer.status()).isEqualTo(200);
            List<Frame> frames = answer.untilEnd(PATIENCE);
            assertThat(frames).extracting(Frame::event).containsExactly("unavailable");
            assertThat(new JsonObject(frames.get(0).data()).getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
        }
    }

    /** Takes what comes, up to and with the one that is awaited. */
    private void until(Predicate<Frame> awaited) {
        long began = System.nanoTime();
        Frame frame = stream.next();
        while (!awaited.test(frame)) {
            came.add(frame);
            assertThat(since(began)).as("what came: %s", came).isLessThan(PATIENCE);
            frame = stream.next();
        }
        came.add(frame);
    }

    private static boolean isEvent(Frame frame) {
        return frame.event().equals("queue_update");
    }

    private static boolean isBackend(Frame frame, String state) {
        return frame.event().equals("backend") && RedisLogFixture.state(frame).equals(state);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
