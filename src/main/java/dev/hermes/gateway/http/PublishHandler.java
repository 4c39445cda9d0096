package dev.hermes.gateway.http;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.PublishParsed;
import dev.hermes.gateway.ingest.Source;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /publish}: one event or several, all or none. */
final class PublishHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PublishHandler.class);

    private final HttpServices services;

    PublishHandler(HttpServices services) {
        this.services = services;
    }

    /** After the credential and the body were read. */
    void publish(RoutingContext context) {
        Buffer body = context.body().buffer();
        PublishParsed parsed = services.parser()
                .parsePublish(
                        services.channels()::shape,
                        body == null ? Buffer.buffer() : body,
                        services.clock().instant());
        if (parsed instanceof PublishParsed.Refused refused) {
            JsonArray location = new JsonArray();
            refused.location().forEach(location::add);
            Answers.problem(context, Problem.invalidBody(location, refused.message(), refused.type()));
        } else if (parsed instanceof PublishParsed.Accepted accepted) {
            String excess = PublishBounds.of(services.settings().history()).excess(accepted.envelopes());
            if (excess != null) {
                Answers.problem(context, Problem.invalidBody(new JsonArray().add("body"), excess, "too_long"));
            } else {
                append(context, accepted);
            }
        }
    }

    private void append(RoutingContext context, PublishParsed.Accepted accepted) {
        services.publisher()
                .publish(accepted.envelopes(), Source.PUBLISH)
                .onSuccess(ids -> {
                    JsonArray texts = new JsonArray();
                    ids.stream().map(EventId::toString).forEach(texts::add);
                    Answers.json(context, 202, new JsonObject().put("ids", texts));
                })
                .onFailure(failure -> {
                    LOG.debug(
                            "publish not taken events={} failure=\"{}\"",
                            accepted.envelopes().size(),
                            failure.getMessage());
                    Answers.problem(context, Problem.of(Unavailable.BACKEND_UNAVAILABLE));
                });
    }
}
