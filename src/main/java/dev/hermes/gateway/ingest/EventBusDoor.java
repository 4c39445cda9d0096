package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.event.Publication;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events from publishers in the same JVM, at the address {@code hermes.events.publish}. It is one local
 * consumer, so that {@code publish}, {@code send} and {@code request} append exactly once each. A request is answered
 * with the event's id, or fails with code 400 if the message can never be an event, 503 if the log did not take it.
 */
public final class EventBusDoor {

    private static final Logger LOG = LoggerFactory.getLogger(EventBusDoor.class);

    private static final int BAD_EVENT = 400;
    private static final int NOT_TAKEN = 503;

    private final ChannelDirectory channels;
    private final EnvelopeParser parser;
    private final Publisher publisher;
    private final InstantSource clock;
    private final MessageConsumer<Object> consumer;

    /** Begins to listen, on the caller's event loop. */
    public EventBusDoor(
            Vertx vertx, ChannelDirectory channels, EnvelopeParser parser, Publisher publisher, InstantSource clock) {
        this.channels = channels;
        this.parser = parser;
        this.publisher = publisher;
        this.clock = clock;
        Publication.registerCodec(vertx.eventBus());
        this.consumer = vertx.eventBus().localConsumer(Publication.ADDRESS, this::onMessage);
    }

    /** Stops listening; messages received before are still answered. */
    public Future<Void> close() {
        return consumer.unregister();
    }

    private void onMessage(Message<Object> message) {
        Parsed parsed = parse(message.body());
        if (parsed instanceof Parsed.Accepted accepted) {
            publisher
                    .publish(List.of(accepted.envelope()), Publisher.Counters.Source.BUS)
                    .onSuccess(ids -> message.reply(ids.get(0).toString()))
                    .onFailure(failure ->
                            message.fail(NOT_TAKEN, "The log did not take the event: " + failure.getMessage()));
        } else if (parsed instanceof Parsed.Rejected rejected) {
            publisher.rejected(rejected.reason());
            LOG.debug(
                    "publication rejected reason={} detail=\"{}\"",
                    rejected.reason().label(),
                    rejected.detail());
            message.fail(BAD_EVENT, rejected.detail());
        }
    }

    private Parsed parse(Object body) {
        if (body instanceof Publication publication) {
            return parse(publication.channel(), publication.type(), publication.data());
        }
        if (!(body instanceof JsonObject json)) {
            return new Parsed.Rejected(
                    Parsed.Reason.NOT_AN_OBJECT,
                    "body must be a Publication or a JsonObject with channel, type and data");
        }
        Object channel = json.getValue("channel");
        Object type = json.getValue("type");
        Object data = json.getValue("data");
        if (type == null) {
            return new Parsed.Rejected(Parsed.Reason.MISSING_TYPE, "type is missing");
        }
        if (data == null) {
            return new Parsed.Rejected(Parsed.Reason.MISSING_DATA, "data is missing");
        }
        if (channel instanceof String name && type instanceof String word && data instanceof JsonObject object) {
            return parse(name, word, object);
        }
        return new Parsed.Rejected(
                Parsed.Reason.WRONG_TYPE, "channel and type must be strings, data must be a JsonObject");
    }

    private Parsed parse(String channel, String type, JsonObject data) {
        ChannelName.Shape shape = channels.shape(channel);
        if (shape == null) {
            return new Parsed.Rejected(
                    Parsed.Reason.UNKNOWN_CHANNEL, "channel '" + channel + "' is not in the catalogue");
        }
        return parser.ofEntry(ChannelName.of(shape), type, data.toBuffer(), null, clock.instant());
    }
}
