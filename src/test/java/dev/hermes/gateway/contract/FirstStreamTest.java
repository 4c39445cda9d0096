package dev.hermes.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class FirstStreamTest {

    @Test
    void whatARedisProducerPublishesReachesAStream() {
        try (RunningGateway gateway = RunningGateway.started();
                SseConnection stream =
                        SseConnection.open(gateway.port(), "/api/v1/events/queue?token=" + gateway.token("queue"))) {
            assertThat(stream.next().event()).isEqualTo("connected");

            gateway.publish("queue:updates", "queue_update", new JsonObject().put("action", "added"));

            SseConnection.Frame frame = stream.nextEvent();
            assertThat(frame.event()).isEqualTo("queue_update");
            assertThat(frame.data()).isEqualTo("{\"action\":\"added\"}");
        }
    }
}
