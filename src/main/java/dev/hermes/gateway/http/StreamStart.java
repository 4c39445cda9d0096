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
import dev.hermes.gateway.log.StartPosition;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client without a cursor is told first, as the catalogue says: a channel's last event; on a keyed route the key's
 * last event, only else its snapshot, read after the start position was fixed so that nothing falls between the two.
 */
final class StreamStart {

    private static final int MAX_RECALLS = 100;

    /** Where a stream starts, and what it is told first. */
    record Start(StartPosition position, List<NewStream.Greeting> greetings) {}

    private final HttpServices services;

    StreamStart(HttpServices services) {
        this.services = services;
    }

    /** What the log should recall. */
    List<StartPosition.LatestQuery> recalls(Selection selection, Subscription subscription) {
        Channel keyed = snapshotChannel(selection);
        if (keyed != null) {
            return List.of(new StartPosition.LatestQuery(keyed.name(), selection.key()));
        }
        List<StartPosition.LatestQuery> recalls = new ArrayList<>();
        for (Channel channel : services.settings().catalogue().channels().values()) {
            if (channel.onConnect() == Channel.OnConnect.LAST_EVENT
                    && subscription.interests().containsKey(channel.name())) {
                recalls.add(new StartPosition.LatestQuery(channel.name(), null));
            }
        }
        return recalls;
    }

    /**
     * What the log should recall for a client that goes on from this very position, whatever it goes on with: also of each
     * key that a channel is narrowed to.
     */
    List<StartPosition.LatestQuery> recalls(Subscription subscription) {
        List<StartPosition.LatestQuery> recalls = new ArrayList<>();
        subscription.interests().forEach((name, interest) -> {
            Channel channel = services.settings().catalogue().channel(name);
            if (channel == null || channel.onConnect() == Channel.OnConnect.NOTHING) {
                return;
            }
            if (interest.keys() != null) {
                interest.keys().forEach(key -> recalls.add(new StartPosition.LatestQuery(name, key)));
            } else if (channel.onConnect() == Channel.OnConnect.LAST_EVENT) {
                recalls.add(new StartPosition.LatestQuery(name, null));
            }
        });
        if (recalls.size() > MAX_RECALLS) {
            throw Problem.badRequest(
                            "Too many ids to be greeted with: " + recalls.size() + ". Allowed: up to " + MAX_RECALLS)
                    .asException();
        }
        return recalls;
    }

    /** How things stood at the position, by what was recalled; else by snapshot, read after the position was fixed. */
    Future<List<Envelope>> standing(
            StartPosition opening, List<StartPosition.LatestQuery> recalls, Subscription subscription) {
        List<Envelope> standing = new ArrayList<>();
        Set<StartPosition.LatestQuery> answered = new HashSet<>();
        for (Event event : opening.recalled()) {
            Envelope envelope = event.envelope();
            answered.add(new StartPosition.LatestQuery(envelope.channel(), envelope.key()));
            if (subscription.wants(envelope)) {
                standing.add(envelope);
            }
        }
        List<Future<@Nullable Envelope>> reads = new ArrayList<>();
        for (StartPosition.LatestQuery recall : recalls) {
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
                    standing.add(envelope);
                }
            });
            return standing;
        });
    }

    private Future<@Nullable Buffer> read(Channel channel, String key) {
        return services.snapshots()
                .read(channel, key)
                .recover(failure -> Future.failedFuture(
                        Problem.of(Problem.Unavailable.BACKEND_UNAVAILABLE).asException()));
    }

    /** The greetings for what was recalled. */
    Future<Start> of(StartPosition opening, Selection selection, Subscription subscription) {
        List<NewStream.Greeting> greetings = opening.recalled().stream()
                .filter(event -> subscription.wants(event.envelope()))
                .map(event -> new NewStream.Greeting(
                        event.envelope().type(), event.envelope().data()))
                .toList();
        Channel keyed = snapshotChannel(selection);
        String key = selection.key();
        if (keyed == null || key == null || !opening.recalled().isEmpty()) {
            return Future.succeededFuture(new Start(opening, greetings));
        }
        return read(keyed, key).map(snapshot -> {
            Envelope envelope = envelope(keyed, key, snapshot, subscription);
            return new Start(
                    opening,
                    envelope == null ? List.of() : List.of(new NewStream.Greeting(envelope.type(), envelope.data())));
        });
    }

    private @Nullable Envelope envelope(
            Channel channel, String key, @Nullable Buffer snapshot, Subscription subscription) {
        ChannelName.Shape shape = services.channels().shape(channel.name());
        if (snapshot == null || shape == null) {
            return null;
        }
        // Judged as an event would be, so that the stream's filters hold for it too.
        Parsed parsed = services.parser().ofEntry(ChannelName.of(shape), channel.type(), snapshot, null, Instant.EPOCH);
        if (!(parsed instanceof Parsed.Accepted accepted)) {
            return null;
        }
        Envelope judged = accepted.envelope();
        Envelope envelope =
                new Envelope(judged.channel(), judged.type(), key, judged.fields(), judged.data(), judged.timestamp());
        return subscription.wants(envelope) ? envelope : null;
    }

    private static @Nullable Channel snapshotChannel(Selection selection) {
        if (selection.key() == null || selection.channels() == null) {
            return null;
        }
        Channel channel = selection.channels().get(0);
        return channel.onConnect() == Channel.OnConnect.SNAPSHOT ? channel : null;
    }

    /** Where a stream with a cursor starts: there, unless the same client has broken there time and again. */
    static final class Resumption {

        private final EventLog log;
        private final RepeatedFailures failures;

        Resumption(HttpServices services) {
            this.log = services.log();
            this.failures = services.repeatedFailures();
        }

        Future<StartPosition> open(Cursor cursor, RepeatedFailures.Attempt attempt) {
            return log.open(cursor, List.of())
                    .compose(opening -> opening.gap() == null && failures.isLoop(attempt)
                            ? log.position().map(tip -> beyond(attempt, tip))
                            : Future.succeededFuture(opening));
        }

        private static StartPosition beyond(RepeatedFailures.Attempt attempt, EventId tip) {
            return new StartPosition(
                    tip, Gap.of(Gap.Reason.REPEATED_FAILURE, attempt.cursor().toString(), tip), List.of());
        }
    }
}
