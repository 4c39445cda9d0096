package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.delivery.Greeting;
import dev.hermes.gateway.delivery.Subscription;
import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.ChannelShape;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.Opening;
import dev.hermes.gateway.log.Recall;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client without a cursor is told first, as the catalogue says: a channel's last event; on a keyed route the key's
 * last event, only else its snapshot, read after the start position was fixed so that nothing falls between the two.
 */
final class Greetings {

    /** Where a stream starts, and what it is told first. */
    record Start(Opening opening, List<Greeting> greetings) {}

    private final HttpServices services;

    Greetings(HttpServices services) {
        this.services = services;
    }

    /** What the log should recall. */
    List<Recall> recalls(Selection selection, Subscription subscription) {
        Channel keyed = snapshotChannel(selection);
        if (keyed != null) {
            return List.of(new Recall(keyed.name(), selection.key()));
        }
        List<Recall> recalls = new ArrayList<>();
        for (Channel channel : services.settings().catalogue().channels().values()) {
            if (channel.onConnect() == Channel.OnConnect.LAST_EVENT
                    && subscription.interests().containsKey(channel.name())) {
                recalls.add(new Recall(channel.name(), null));
            }
        }
        return recalls;
    }

    /** The greetings for what was recalled. */
    Future<Start> of(Opening opening, Selection selection, Subscription subscription) {
        List<Greeting> greetings = opening.recalled().stream()
                .filter(event -> subscription.wants(event.envelope()))
                .map(event ->
                        new Greeting(event.envelope().type(), event.envelope().data()))
                .toList();
        Channel keyed = snapshotChannel(selection);
        String key = selection.key();
        if (keyed == null || key == null || !opening.recalled().isEmpty()) {
            return Future.succeededFuture(new Start(opening, greetings));
        }
        return services.snapshots()
                .read(keyed, key)
                .recover(failure -> Future.failedFuture(
                        Problem.of(Unavailable.BACKEND_UNAVAILABLE).asException()))
                .map(snapshot -> new Start(opening, snapshot(keyed, key, snapshot, subscription)));
    }

    private List<Greeting> snapshot(Channel channel, String key, @Nullable Buffer snapshot, Subscription subscription) {
        ChannelShape shape = services.channels().shape(channel.name());
        if (snapshot == null || shape == null) {
            return List.of();
        }
        // Judged as an event would be, so that the stream's filters hold for it too.
        Parsed parsed = services.parser().ofEntry(ChannelName.of(shape), channel.type(), snapshot, null, Instant.EPOCH);
        if (!(parsed instanceof Parsed.Accepted accepted)) {
            return List.of();
        }
        Envelope judged = accepted.envelope();
        Envelope envelope =
                new Envelope(judged.channel(), judged.type(), key, judged.fields(), judged.data(), judged.timestamp());
        return subscription.wants(envelope) ? List.of(new Greeting(channel.type(), snapshot)) : List.of();
    }

    private static @Nullable Channel snapshotChannel(Selection selection) {
        if (selection.key() == null || selection.channels() == null) {
            return null;
        }
        Channel channel = selection.channels().get(0);
        return channel.onConnect() == Channel.OnConnect.SNAPSHOT ? channel : null;
    }
}
