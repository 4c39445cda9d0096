package dev.hermes.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
class SignalTest {

    private static final EventId ID = new EventId(false, 1, 2);

    @Test
    void travelsByReferenceInOrder(Vertx vertx, VertxTestContext context) {
        Signal.registerCodecs(vertx.eventBus());
        List<Signal> sent = List.of(
                new EventBatch(List.of(new Origin(ID)), 0),
                new Signal.Reached(ID),
                new Signal.BackendDown(Instant.EPOCH, "connection closed"),
                new Signal.BackendUp(Instant.EPOCH),
                new Signal.LogLost(ID),
                new Signal.SseSwitched(false),
                new Signal.Draining(Duration.ofSeconds(1)));
        assertThat(Signal.class.getPermittedSubclasses()).hasSameSizeAs(sent);
        List<Signal> heard = new ArrayList<>();
        vertx.eventBus().<Signal>localConsumer("signals", message -> {
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
        List<LogEntry> entries = new ArrayList<>(List.of(new Origin(ID)));
        EventBatch batch = new EventBatch(entries, 0);
        entries.clear();

        assertThat(batch.entries()).hasSize(1);
        assertThatThrownBy(() -> new EventBatch(entries, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void publicationKeepsItsDataWhatThePublisherDoesToItsOwn() {
        JsonObject data = new JsonObject().put("a", new JsonObject().put("b", 1));
        Publication publication = new Publication("stats:updates", "t", data);
        data.getJsonObject("a").put("b", 2);

        assertThat(publication.data()).isEqualTo(new JsonObject("{\"a\":{\"b\":1}}"));
    }
}
