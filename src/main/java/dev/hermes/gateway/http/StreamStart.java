package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.delivery.NewStream;
import dev.hermes.gateway.delivery.Subscription;
import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the greetings of a client without a cursor, as the catalogue defines: a channel's latest event; on a keyed
 * route the key's latest event, or else its snapshot. The snapshot is read after the start position was fixed, so
 * that no event is lost in between.
 */
final class StreamStart {

    private static final int MAX_RECALLS = 100;

    /** The position where a stream starts, and its greetings. */
    record Start(EventLog.StartPosition position, List<NewStream.Greeting> greetings) {}

    private final HttpServices services;

    StreamStart(HttpServices services) {
        this.services = services;
    }

    /** The latest events that the log is asked for. */
    List<EventLog.StartPosition.LatestQuery> recalls(Selection selection, Subscription subscription) {
        Channel keyed = snapshotChannel(selection);
        if (keyed != null) {
            return List.of(new EventLog.StartPosition.LatestQuery(keyed.name(), selection.key()));
        }
        List<EventLog.StartPosition.LatestQuery> recalls = new ArrayList<>();
        for (Channel channel : services.settings().catalogue().channels().values()) {
            if (channel.onConnect() == Channel.OnConnect.LAST_EVENT
                    && subscription.interests().containsKey(channel.name())) {
                recalls.add(new EventLog.StartPosition.LatestQuery(channel.name(), null));
            }
        }
        return recalls;
    }

    /**
     * The latest events that the log is asked for on behalf of a client that goes on from exactly this position by
     * any means; includes each key to which a channel is restricted.
     */
    List<EventLog.StartPosition.LatestQuery> recalls(Subscription subscription) {
        List<EventLog.StartPosition.LatestQuery> recalls = new ArrayList<>();
        subscription.interests().forEach((name, interest) -> {
            Channel channel = services.settings().catalogue().channel(name);
            if (channel == null || channel.onConnect() == Channel.OnConnect.NOTHING) {
                return;
            }
            if (interest.keys() != null) {
                interest.keys().forEach(key -> recalls.add(new EventLog.StartPosition.LatestQuery(name, key)));
            } else if (channel.onConnect() == Channel.OnConnect.LAST_EVENT) {
                recalls.add(new EventLog.StartPosition.LatestQuery(name, null));
            }
        });
        if (recalls.size() > MAX_RECALLS) {
            throw Problem.badRequest(
                            "Too many ids to be greeted with: " + recalls.size() + ". Allowed: up to " + MAX_RECALLS)
                    .asException();
        }
        return recalls;
    }

    /**
     * The state at the position: the recalled events, or else snapshots, which are read after the position was fixed.
     */
    Future<List<Envelope>> state(
            EventLog.StartPosition start, List<EventLog.StartPosition.LatestQuery> recalls, Subscription subscription) {
        List<Envelope> state = new ArrayList<>();
        Set<EventLog.StartPosition.LatestQuery> answered = new HashSet<>();
        for (Event event : start.recalled()) {
            Envelope envelope = event.envelope();
            answered.add(new EventLog.StartPosition.LatestQuery(envelope.channel(), envelope.key()));
            if (subscription.wants(envelope)) {
                state.add(envelope);
            }
        }
        List<Future<@Nullable Envelope>> reads = new ArrayList<>();
        for (EventLog.StartPosition.LatestQuery recall : recalls) {
            Channel channel = services.settings().catalogue().channel(recall.channel());
            String key = recall.key();
            if (channel != null
                    && key != null
                    && channel.onConnect() == Channel.OnConnect.SNAPSHOT
                    && !answered.contains(recall)) {
                reads.add(read(channel, key).map(read -> envelope(channel, key, read, subscription)));
            }
        }
        return Future.all(reads).map(all -> {
            reads.forEach(read -> {
                Envelope envelope = read.result();
                if (envelope != null) {
                    state.add(envelope);
                }
            });
            return state;
        });
    }

    private Future<@Nullable Buffer> read(Channel channel, String key) {
        return services.snapshots()
                .read(channel, key)
                .recover(failure -> Future.failedFuture(
                        Problem.of(Problem.Unavailable.BACKEND_UNAVAILABLE).asException()));
    }

    /** The greetings made from the recalled events. */
    Future<Start> of(EventLog.StartPosition start, Selection selection, Subscription subscription) {
        List<NewStream.Greeting> greetings = start.recalled().stream()
                .filter(event -> subscription.wants(event.envelope()))
                .map(event -> new NewStream.Greeting(
                        event.envelope().type(), event.envelope().data()))
                .toList();
        Channel keyed = snapshotChannel(selection);
        String key = selection.key();
        if (keyed == null || key == null || !start.recalled().isEmpty()) {
            return Future.succeededFuture(new Start(start, greetings));
        }
        return read(keyed, key).map(snapshot -> {
            Envelope envelope = envelope(keyed, key, snapshot, subscription);
            return new Start(
                    start,
                    envelope == null ? List.of() : List.of(new NewStream.Greeting(envelope.type(), envelope.data())));
        });
    }

    private @Nullable Envelope envelope(
            Channel channel, String key, @Nullable Buffer snapshot, Subscription subscription) {
        ChannelName.Shape shape = services.channels().shape(channel.name());
        if (snapshot == null || shape == null) {
            return null;
        }
        // Parsed like an event, so that the stream's filters apply to it too.
        Parsed parsed = services.parser().ofEntry(ChannelName.of(shape), channel.type(), snapshot, null, Instant.EPOCH);
        if (!(parsed instanceof Parsed.Accepted accepted)) {
            return null;
        }
        Envelope parsedEnvelope = accepted.envelope();
        Envelope envelope = new Envelope(
                parsedEnvelope.channel(),
                parsedEnvelope.type(),
                key,
                parsedEnvelope.fields(),
                parsedEnvelope.data(),
                parsedEnvelope.timestamp());
        return subscription.wants(envelope) ? envelope : null;
    }

    private static @Nullable Channel snapshotChannel(Selection selection) {
        if (selection.key() == null || selection.channels() == null) {
            return null;
        }
        Channel channel = selection.channels().get(0);
        return channel.onConnect() == Channel.OnConnect.SNAPSHOT ? channel : null;
    }

    /** Finds where a stream with a cursor starts: at the cursor, unless the same client has repeatedly failed there. */
    static final class Resumption {

        private final EventLog log;
        private final RepeatedFailures failures;

        Resumption(HttpServices services) {
            this.log = services.log();
            this.failures = services.repeatedFailures();
        }

        Future<EventLog.StartPosition> open(Cursor cursor, RepeatedFailures.Attempt attempt) {
            return log.open(cursor, List.of())
                    .compose(start -> start.gap() == null && failures.isLoop(attempt)
                            ? log.position().map(tip -> beyond(attempt, tip))
                            : Future.succeededFuture(start));
        }

        private static EventLog.StartPosition beyond(RepeatedFailures.Attempt attempt, EventId tip) {
            return new EventLog.StartPosition(
                    tip, Gap.of(Gap.Reason.REPEATED_FAILURE, attempt.cursor().toString(), tip), List.of());
        }
    }
}
