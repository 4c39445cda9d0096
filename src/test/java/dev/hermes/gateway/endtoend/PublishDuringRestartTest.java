package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.event.Publication;
import dev.hermes.gateway.fixture.Background;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Publishers that want to know hammer a gateway, by HTTP and over the event bus, while Redis is killed and started again. */
class PublishDuringRestartTest {

    private static final int RESTARTS = 2;
    private static final int ANSWERED_BETWEEN = 40;

    private final RedisLogFixture log = new RedisLogFixture(RedisLogFixture.KEEPING_DATA);
    private final Queue<String> ids = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = log.gateway();
    }

    @AfterEach
    void close() {
        stopped = true;
        log.close();
    }

    @Test
    void everyIdThatWasAnsweredArrivesExactlyOnce() throws Exception {
        try (SseConnection stream = open(gateway, null)) {
            List<Thread> publishers = List.of(
                    publisher(this::post), publisher(this::post), publisher(this::postThree), publisher(this::request));
            publishers.forEach(Thread::start);
            for (int restart = 0; restart < RESTARTS; restart++) {
                awaitMore();
                int before = refused.get();
                log.redis().stop();
                await().until(() -> refused.get() > before + ANSWERED_BETWEEN);
                log.redis().restart();
            }
            awaitMore();
            stopped = true;
            for (Thread publisher : publishers) {
                publisher.join(TimeUnit.SECONDS.toMillis(20));
            }
            assertThat(wrong).isEmpty();

            List<String> came = new ArrayList<>();
            while (!came.containsAll(ids)) {
                SseConnection.Frame frame = stream.nextEvent();
                if (frame.event().equals("queue_update")) {
                    came.add(frame.position());
                } else {
                    assertThat(frame.event()).isIn("backend", "gap");
                }
            }
            assertThat(came).doesNotHaveDuplicates();
            assertThat(ids).doesNotHaveDuplicates();
        }
    }

    private void awaitMore() {
        int before = ids.size();
        await().until(() -> ids.size() > before + ANSWERED_BETWEEN);
    }

    private interface Publish {
        void once() throws Exception;
    }

    private Thread publisher(Publish publish) {
        return Background.daemon("publisher", () -> {
            try {
                while (!stopped) {
                    publish.once();
                }
            } catch (Exception | AssertionError unexpected) {
                wrong.add(unexpected);
            }
        });
    }

    private static JsonObject event() {
        return new JsonObject()
                .put("channel", "queue:updates")
                .put("type", "queue_update")
                .put("data", new JsonObject().put("by", "publisher"));
    }

    private void post() {
        judge(RedisLogFixture.post(gateway, event().encode()), 1);
    }

    private void postThree() {
        judge(
                RedisLogFixture.post(
                        gateway,
                        new JsonArray().add(event()).add(event()).add(event()).encode()),
                3);
    }

    private void judge(HttpResponse<String> answer, int events) {
        JsonObject body = new JsonObject(answer.body());
        if (answer.statusCode() == 202) {
            assertThat(body.getJsonArray("ids")).hasSize(events);
            body.getJsonArray("ids").forEach(id -> ids.add((String) id));
        } else {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(body.getString("code")).isEqualTo("BACKEND_UNAVAILABLE");
            refused.incrementAndGet();
        }
    }

    private void request() throws Exception {
        Object answer = gateway.vertx()
                .eventBus()
                .<String>request(Publication.ADDRESS, event())
                .map(reply -> (Object) reply.body())
                .otherwise(failure -> failure)
                .await(20, TimeUnit.SECONDS);
        if (answer instanceof String id) {
            ids.add(id);
        } else {
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            ReplyException.class,
                            failure -> assertThat(failure.failureCode()).isEqualTo(503));
            refused.incrementAndGet();
        }
    }
}
