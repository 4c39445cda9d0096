package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.FaultEvent;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.RetryDelayStrategy;
import com.launchdarkly.eventsource.StartedEvent;
import com.launchdarkly.eventsource.StreamEvent;
import com.launchdarkly.eventsource.StreamException;
import dev.hermes.gateway.endtoend.RecordedTraffic.Message;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.Network;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An EventSource that others wrote: it reads, resumes and waits as the standard says. */
class IndependentClientTest {

    private static final Set<String> OF_THE_GATEWAY = Set.of("connected", "heartbeat", "closing");

    @Test
    void readsEveryEventWithItsTypeAndItsText() throws StreamException {
        List<JsonObject> commands = RecordedTraffic.commands();
        List<Message> messages = RecordedTraffic.messages(commands);
        try (RunningGateway gateway = RunningGateway.started();
                RedisProducer producer = new RedisProducer(gateway.redis().port());
                EventSource source = connected(gateway.port())) {
            RecordedTraffic.replay(producer, commands);

            for (Message message : messages) {
                MessageEvent event = nextEvent(source);
                assertThat(event.getEventName()).isEqualTo(message.type());
                assertThat(event.getData()).isEqualTo(message.data());
                assertThat(event.getLastEventId()).isEqualTo(source.getLastEventId());
            }
        }
    }

    @Test
    void losesAndRepeatsNothingWhenItsConnectionIsCut() throws StreamException {
        try (RunningGateway gateway = RunningGateway.started();
                Network network = new Network(gateway.port());
                RedisProducer producer = new RedisProducer(gateway.redis().port());
                EventSource source = connected(network.port())) {
            List<String> received = new ArrayList<>();
            publish(producer, 0, 150);
            read(source, received, 100);
            network.cut();
            publish(producer, 150, 300);
            read(source, received, 250);
            publish(producer, 300, 400);
            network.cut();
            publish(producer, 400, 450);
            read(source, received, 450);

            assertThat(received)
                    .isEqualTo(IntStream.range(0, 450)
                            .mapToObj(number -> "{\"number\": " + number + "}")
                            .toList());
        }
    }

    @Test
    void comesBackAsLateAsTheStreamLastSaid() throws StreamException {
        try (RunningGateway gateway =
                        RunningGateway.with("HERMES_SSE_CONNECTION_TIMEOUT", 1).start();
                EventSource source = connected(gateway.port())) {
            assertThat(source.getBaseRetryDelayMillis()).isBetween(300L, 900L);

            MessageEvent closing = next(source);
            while (!closing.getEventName().equals("closing")) {
                closing = next(source);
            }
            long told = new JsonObject(closing.getData()).getLong("reconnect_after_ms");
            assertThat(source.getBaseRetryDelayMillis()).isEqualTo(told).isBetween(0L, 500L);

            // It counts from when it sees the end, which is before it says so, in whole milliseconds.
            long beforeTheCut = System.nanoTime();
            StreamEvent ended = source.readAnyEvent();
            assertThat(ended).isInstanceOf(FaultEvent.class);
            assertThat(source.readAnyEvent()).isInstanceOf(StartedEvent.class);
            assertThat((System.nanoTime() - beforeTheCut) / 1_000_000).isGreaterThanOrEqualTo(told - 1);
            assertThat(next(source).getEventName()).isEqualTo("connected");
            assertThat(source.getBaseRetryDelayMillis()).isBetween(300L, 900L);
        }
    }

    private static EventSource connected(int port) throws StreamException {
        EventSource source = new EventSource.Builder(
                        ConnectStrategy.http(URI.create("http://127.0.0.1:" + port + "/api/v1/events/stream"))
                                .header("Authorization", Jwt.bearer()))
                .errorStrategy(ErrorStrategy.alwaysContinue())
                .retryDelayStrategy(
                        RetryDelayStrategy.defaultStrategy().jitterMultiplier(0).backoffMultiplier(1))
                .build();
        source.start();
        assertThat(next(source).getEventName()).isEqualTo("connected");
        return source;
    }

    private static MessageEvent next(EventSource source) throws StreamException {
        while (true) {
            if (source.readAnyEvent() instanceof MessageEvent event) {
                return event;
            }
        }
    }

    private static MessageEvent nextEvent(EventSource source) throws StreamException {
        MessageEvent event = next(source);
        while (OF_THE_GATEWAY.contains(event.getEventName())) {
            event = next(source);
        }
        return event;
    }

    private static void read(EventSource source, List<String> into, int size) throws StreamException {
        while (into.size() < size) {
            into.add(nextEvent(source).getData());
        }
    }

    private static void publish(RedisProducer producer, int from, int to) {
        for (int number = from; number < to; number++) {
            producer.event("system:notifications", "system_notification", "{\"number\": " + number + "}");
        }
        producer.sync();
    }
}
