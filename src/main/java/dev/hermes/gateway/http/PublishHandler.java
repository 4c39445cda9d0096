package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.PublishBody;
import dev.hermes.gateway.ingest.Publisher;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers {@code POST /publish}: one event or several, all or none. */
final class PublishHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PublishHandler.class);

    private final HttpServices services;

    PublishHandler(HttpServices services) {
        this.services = services;
    }

    /** Called after the credential was checked and the body was read. */
    void publish(RoutingContext context) {
        Buffer body = context.body().buffer();
        PublishBody.Outcome parsed = services.parser()
                .parsePublish(
                        services.channels()::shape,
                        body == null ? Buffer.buffer() : body,
                        services.clock().instant());
        if (parsed instanceof PublishBody.Outcome.Rejected rejected) {
            JsonArray location = new JsonArray();
            rejected.location().forEach(location::add);
            Answers.problem(context, Problem.invalidBody(location, rejected.message(), rejected.type()));
        } else if (parsed instanceof PublishBody.Outcome.Accepted accepted) {
            String excess = Bounds.of(services.settings().history()).excess(accepted.envelopes());
            if (excess != null) {
                Answers.problem(context, Problem.invalidBody(new JsonArray().add("body"), excess, "too_long"));
            } else {
                append(context, accepted);
            }
        }
    }

    private void append(RoutingContext context, PublishBody.Outcome.Accepted accepted) {
        services.publisher()
                .publish(accepted.envelopes(), Publisher.Counters.Source.PUBLISH)
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
                    Answers.problem(context, Problem.of(Problem.Unavailable.BACKEND_UNAVAILABLE));
                });
    }

    /**
     * Limits how much one request may publish: events appended together are trimmed together, and must not push
     * events out of the history that the streams have not got yet. A single event is always allowed.
     */
    record Bounds(int maxEvents, long maxBytes, Settings.History history) {

        private static final int MOST_EVENTS = 10_000;

        /** The divisor of the history that gives the share one request may take. */
        private static final int SHARE = 10;

        static Bounds of(Settings.History history) {
            return new Bounds(
                    Math.max(1, Math.min(MOST_EVENTS, history.maxEvents() / SHARE)),
                    history.maxBytes() / SHARE,
                    history);
        }

        /** What is wrong with these events, or null. */
        @Nullable
        String excess(List<Envelope> events) {
            if (events.size() > maxEvents) {
                return events.size() + " events in one request. Allowed: at most " + maxEvents + ", the smaller of "
                        + MOST_EVENTS + " and a tenth of HERMES_HISTORY_MAX_EVENTS=" + history.maxEvents();
            }
            long bytes =
                    events.stream().mapToLong(event -> event.data().length()).sum();
            if (events.size() > 1 && bytes > maxBytes) {
                return bytes + " bytes of data in one request. Allowed: at most " + maxBytes
                        + ", a tenth of HERMES_HISTORY_MAX_BYTES=" + history.maxBytes();
            }
            return null;
        }
    }
}
