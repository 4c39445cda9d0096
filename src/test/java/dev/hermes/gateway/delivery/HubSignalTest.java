package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.event.Publication;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class HubSignalTest {

    private static final EventId ID = new EventId(false, 1, 2);

    @Test
    void travelsByReferenceInOrder(Vertx vertx, VertxTestContext context) {
        HubBus.Signal.registerCodecs(vertx.eventBus());
        List<HubBus.Signal> sent = List.of(
                new HubBus.Signal.EventBatch(List.of(new LogEntry.OriginEntry(ID)), 0),
                new HubBus.Signal.Reached(ID),
                new HubBus.Signal.BackendDown(Instant.EPOCH, "connection closed"),
                new HubBus.Signal.BackendUp(Instant.EPOCH),
                new HubBus.Signal.LogLost(ID),
                new HubBus.Signal.SwitchedOff(Duration.ofSeconds(1)),
                new HubBus.Signal.Draining(Duration.ofSeconds(1)));
        assertThat(HubBus.Signal.class.getPermittedSubclasses()).hasSameSizeAs(sent);
        List<HubBus.Signal> heard = new ArrayList<>();
        vertx.eventBus().<HubBus.Signal>localConsumer("signals", message -> {
            heard.add(message.body());
            if (heard.size() == sent.size()) {
                context.verify(() -> assertThat(heard)
                        .usingElementComparator((a, b) -> a == b ? 0 : 1)
                        .isEqualTo(sent));
                context.completeNow();
            }
        });
        sent.forEach(signal -> vertx.eventBus().publish("signals", signal));
    }

    @Test
    void registersItsCodecsTwiceWithoutHarm(Vertx vertx, VertxTestContext context) {
        Publication publication = new Publication("stats:updates", "t", new JsonObject().put("a", 1));
        Publication.registerCodec(vertx.eventBus());
        Publication.registerCodec(vertx.eventBus());
        vertx.eventBus().<Publication>localConsumer(Publication.ADDRESS, message -> {
            context.verify(() -> assertThat(message.body()).isSameAs(publication));
            message.reply("1-1");
        });
        vertx.eventBus()
                .<String>request(Publication.ADDRESS, publication)
                .onComplete(context.succeeding(reply -> context.completeNow()));
    }

    @Test
    void batchIsNeverEmptyAndNeverChanges() {
        List<LogEntry> entries = new ArrayList<>(List.of(new LogEntry.OriginEntry(ID)));
        HubBus.Signal.EventBatch batch = new HubBus.Signal.EventBatch(entries, 0);
        entries.clear();

        assertThat(batch.entries()).hasSize(1);
        assertThatThrownBy(() -> new HubBus.Signal.EventBatch(entries, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void publicationKeepsItsDataWhatThePublisherDoesToItsOwn() {
        JsonObject data = new JsonObject().put("a", new JsonObject().put("b", 1));
        Publication publication = new Publication("stats:updates", "t", data);
        data.getJsonObject("a").put("b", 2);

        assertThat(publication.data()).isEqualTo(new JsonObject("{\"a\":{\"b\":1}}"));
    }
}
