package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.Publication;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Publishers in the same JVM, and a gateway that has nothing but them: no Redis anywhere. */
class EventBusTest {

    private static RunningGateway gateway;
    private static EventBus bus;
    private static SseConnection stream;

    @BeforeAll
    static void startWithoutRedis() {
        gateway = new RunningGateway.Settings().startWithoutRedis();
        bus = gateway.vertx().eventBus();
        stream = SseConnection.open(gateway.port(), "/api/v1/events/stream?token=" + mintedToken());
        stream.next("connected");
    }

    @AfterAll
    static void close() {
        stream.close();
        gateway.close();
    }

    @Test
    void aTypedPublicationIsSentOnce() {
        bus.send(Publication.ADDRESS, publication("sent"));

        assertDeliveredOnce("sent");
    }

    @Test
    void aTypedPublicationIsPublishedOnce() {
        bus.publish(Publication.ADDRESS, publication("published"));

        assertDeliveredOnce("published");
    }

    @Test
    void aJsonObjectIsSentOnce() {
        bus.send(Publication.ADDRESS, json("sent as JSON"));

        assertDeliveredOnce("sent as JSON");
    }

    @Test
    void aJsonObjectIsPublishedOnce() {
        bus.publish(Publication.ADDRESS, json("published as JSON"));

        assertDeliveredOnce("published as JSON");
    }

    @Test
    void aRequestIsAnsweredWithTheIdThatTheStreamGets() {
        Message<String> typed = await(bus.request(Publication.ADDRESS, publication("asked")));
        assertThat(stream.nextEvent().id()).isEqualTo(typed.body());

        Message<String> json = await(bus.request(Publication.ADDRESS, json("asked as JSON")));
        assertThat(stream.nextEvent().id()).isEqualTo(json.body());
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "nowhere:updates, queue_update, {}, channel 'nowhere:updates' is not in the catalogue",
                "queue:updates, error, {}, type",
                "queue:updates, a b, {}, type",
                "queue:updates, , {}, type is missing",
                "queue:updates, queue_update, , data is missing",
                "queue:updates, queue_update, [], data must be a JsonObject"
            })
    void aRequestThatCannotBeAnEventIsToldWhy(String channel, String type, String data, String why) {
        JsonObject request = new JsonObject("{\"channel\": \"" + channel + "\"}");
        if (type != null) {
            request.put("type", type);
        }
        if (data != null) {
            request.put("data", data.equals("{}") ? new JsonObject() : new io.vertx.core.json.JsonArray());
        }

        assertThat(refusal(request)).hasMessageContaining(why);
    }

    @Test
    void aBodyOfAnotherKindIsToldWhy() {
        assertThat(refusal("queue_update")).hasMessageContaining("Publication or a JsonObject");
    }

    private static ReplyException refusal(Object body) {
        try {
            Message<Object> answer = bus.request(Publication.ADDRESS, body)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            throw new AssertionError("was answered " + answer.body());
        } catch (ExecutionException failure) {
            assertThat(failure.getCause()).isInstanceOf(ReplyException.class);
            ReplyException refusal = (ReplyException) Objects.requireNonNull(failure.getCause());
            assertThat(refusal.failureCode()).isEqualTo(400);
            return refusal;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    /** Whatever follows must not be the same again. */
    private static void assertDeliveredOnce(String text) {
        Frame frame = stream.nextEvent();
        assertThat(frame.event()).isEqualTo("queue_update");
        assertThat(frame.data()).isEqualTo("{\"text\":\"" + text + "\"}");
        await(bus.request(Publication.ADDRESS, json("next")));
        assertThat(stream.nextEvent().data()).isEqualTo("{\"text\":\"next\"}");
    }

    private static Publication publication(String text) {
        return new Publication("queue:updates", "queue_update", new JsonObject().put("text", text));
    }

    private static JsonObject json(String text) {
        return new JsonObject()
                .put("channel", "queue:updates")
                .put("type", "queue_update")
                .put("data", new JsonObject().put("text", text));
    }

    private static String mintedToken() {
        String wish = "{\"scope\": \"queue\", \"ttl\": 600}";
        return new JsonObject(HttpCall.withApiKey(gateway.port(), "POST", "/api/v1/events/token", wish)
                        .body())
                .getString("token");
    }
}
