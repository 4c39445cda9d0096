package dev.hermes.gateway.ops;

import dev.hermes.gateway.delivery.Explanation;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /explain} of the management port: why a client got an event, or did not. */
final class ExplainRoute {

    private static final String PATH = "/explain";
    private static final Set<String> PARAMETERS = Set.of("stream", "event");

    private final Vertx vertx;
    private final ManagementServer.Gateway gateway;

    ExplainRoute(Vertx vertx, ManagementServer.Gateway gateway) {
        this.vertx = vertx;
        this.gateway = gateway;
    }

    void addTo(Router router) {
        router.get(PATH).handler(this::explain);
        router.route(PATH).handler(context -> ManagementRoutes.wrongMethod(context, "GET"));
    }

    private void explain(RoutingContext context) {
        if (StreamRoutes.unknownParameter(context, PARAMETERS::contains)) {
            return;
        }
        String stream = context.queryParams().get("stream");
        String text = context.queryParams().get("event");
        if (stream == null || stream.isBlank() || text == null || text.isBlank()) {
            JsonAnswer.problem(
                    context.response(),
                    400,
                    (stream == null || stream.isBlank()
                                    ? "stream is missing: the connection_id"
                                    : "event is missing: the id of an event")
                            + ", as the client was told");
            return;
        }
        EventId event = EventId.parse(text);
        if (event == null) {
            JsonAnswer.problem(
                    context.response(),
                    400,
                    "Invalid event \"" + text + "\". Allowed: an id such as 1764000000000-0, or m1764000000000-7");
            return;
        }
        Context own = vertx.getOrCreateContext();
        gateway.explain(stream, event)
                .onComplete(answered -> own.runOnContext(back -> {
                    if (answered.failed()) {
                        JsonAnswer.problem(context.response(), 503, "The log cannot be read right now");
                        return;
                    }
                    Explanation explanation = answered.result().explanation();
                    if (explanation == null) {
                        JsonAnswer.problem(
                                context.response(),
                                404,
                                "No stream has the id \"" + stream + "\", and none of those that ended last had");
                    } else {
                        JsonAnswer.send(
                                context.response(), 200, json(answered.result().question(), explanation));
                    }
                }));
    }

    private static JsonObject json(Explanation.Question question, Explanation explanation) {
        JsonObject json = new JsonObject()
                .put("stream", question.stream())
                .put("event", question.event().toString())
                .put("verdict", explanation.verdict().label())
                .put("detail", explanation.detail());
        if (question.entry() instanceof Event event) {
            json.put("channel", event.envelope().channel())
                    .put("type", event.envelope().type());
            putKnown(json, "key", event.envelope().key());
        }
        Explanation.Period handedOver = explanation.handedOver();
        if (handedOver != null) {
            json.put("from", handedOver.from().toString())
                    .put("until", handedOver.until().toString());
        }
        putKnown(json, "superseded_by", explanation.supersededBy());
        putKnown(
                json,
                "gap",
                explanation.gap() == null ? null : explanation.gap().label());
        return json;
    }

    private static void putKnown(JsonObject json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }
}
