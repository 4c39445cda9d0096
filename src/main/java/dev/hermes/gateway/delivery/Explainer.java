package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Gap;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells why a stream of this hub got an event, or did not: from the entry in the log, from what the stream asked for, and
 * from what is recorded of it. A stream is remembered for a while after its end. Owned by the hub's loop.
 */
final class Explainer {

    static final int MOST_ENDED = 256;
    private static final int MOST_NAMED = 10;

    private final SubscriptionIndex subscribers;
    private final Window window;
    private final HubSettings.Clocks time;

    /** The streams that ended last, the oldest first. */
    private final ArrayDeque<Subject> ended = new ArrayDeque<>();

    private final PositionTimes reached;

    /** How a stream ended, and when by the hub's clock. */
    private record End(SseStream.CloseReason reason, long atMillis) {}

    /** One stream as it is now, or was at its end; without its credential. */
    private record Subject(
            String id,
            Subscription subscription,
            StreamPermit.Scope scope,
            StreamRecord record,
            EventId position,
            StreamView.State state,
            @Nullable End end) {

        Subject(SseStream stream, EventId position, @Nullable End end) {
            this(
                    stream.id(),
                    stream.subscription(),
                    stream.permit().scope(),
                    stream.record(),
                    position,
                    stream.viewState(),
                    end);
        }
    }

    Explainer(SubscriptionIndex subscribers, Window window, HubSettings.Clocks time) {
        this.subscribers = subscribers;
        this.window = window;
        this.time = time;
        this.reached = new PositionTimes(window.tip(), time.now());
    }

    /** To be called often: an event's delivery can be dated no better. */
    void tick(long nowMillis) {
        reached.at(window.tip(), nowMillis);
    }

    /** The stream has left the hub. */
    void ended(SseStream stream, SseStream.CloseReason reason) {
        ended.add(new Subject(stream, stream.cursor(), new End(reason, time.now())));
        if (ended.size() > MOST_ENDED) {
            ended.remove();
        }
    }

    /** Null if the stream is not one of this hub, or ended too long ago. */
    @Nullable
    Explanation explain(Explanation.Question question) {
        Subject stream = find(question.stream());
        return stream == null ? null : explain(stream, question);
    }

    private @Nullable Subject find(String id) {
        SseStream open = subscribers.streamOf(id);
        if (open != null) {
            return new Subject(open, open.live() ? window.tip() : open.cursor(), null);
        }
        return ended.stream()
                .filter(stream -> stream.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    private Explanation explain(Subject stream, Explanation.Question question) {
        EventId id = question.event();
        LogEntry entry = question.entry();
        if (entry instanceof Event event && question.channel() != null) {
            Explanation unwanted = whyUnwanted(stream, question.channel(), event.envelope());
            if (unwanted != null) {
                return unwanted;
            }
        } else if (entry != null && !(entry instanceof LogEntry.GapEntry)) {
            return Explanation.of(
                    Explanation.Verdict.NO_EVENT,
                    entry instanceof LogEntry.OriginEntry
                            ? "the entry is the gateway's own, the position from which a new log goes on"
                            : "the entry is sent to nobody: it was rejected (see hermes:rejected), or is of no channel in"
                                    + " the catalogue");
        }
        Explanation missed = whyMissed(stream, id);
        if (missed != null && (entry != null || missed.verdict() != Explanation.Verdict.BEFORE_CURSOR)) {
            return missed;
        }
        if (entry == null) {
            return Explanation.of(
                    Explanation.Verdict.NOT_IN_LOG,
                    "the log holds no entry with this id: it has been removed, or there never was one");
        }
        if (id.isAfter(stream.position())) {
            return notYet(stream);
        }
        return stream.record().forgotten(id)
                ? Explanation.of(
                        Explanation.Verdict.NOT_RECORDED,
                        "the stream wants it and has passed it, but more has happened to the stream since than its record"
                                + " holds")
                : delivered(stream, entry);
    }

    private static @Nullable Explanation whyUnwanted(Subject stream, Channel channel, Envelope envelope) {
        String key = envelope.key();
        if (!stream.scope().covers(channel, key)) {
            return Explanation.of(
                    Explanation.Verdict.OUT_OF_SCOPE,
                    "the stream's credential may not see it: it lacks the scope "
                            + channel.scope().forKey(key == null ? "*" : key));
        }
        Subscription.ChannelFilter wanted = stream.subscription().interests().get(channel.name());
        if (wanted == null) {
            return notMatched("the stream did not ask for the channel " + channel.name() + ", only for "
                    + some(stream.subscription().interests().keySet()));
        }
        Set<String> keys = wanted.keys();
        if (keys != null && (key == null || !keys.contains(key))) {
            return notMatched("of " + channel.name() + " the stream gets only what is about " + some(keys) + "; this "
                    + (key == null ? "names nothing it is about" : "is about " + key));
        }
        for (Map.Entry<String, Set<String>> filter : wanted.filters().entrySet()) {
            String value = envelope.fields().get(filter.getKey());
            if (value == null || !filter.getValue().contains(value)) {
                return notMatched("of " + channel.name() + " the stream gets only events whose " + filter.getKey()
                        + " is " + some(filter.getValue()) + "; here it is " + (value == null ? "not set" : value));
            }
        }
        return null;
    }

    private static Explanation notMatched(String detail) {
        return Explanation.of(Explanation.Verdict.NOT_MATCHED, detail);
    }

    private @Nullable Explanation whyMissed(Subject stream, EventId id) {
        StreamRecord record = stream.record();
        if (!id.isAfter(record.start())) {
            if (record.greetedWith(id)) {
                return Explanation.of(
                        Explanation.Verdict.DELIVERED,
                        "it was sent when the stream opened, without an id, as the latest of its kind");
            }
            Gap gap = record.startGap();
            EventId requested = gap == null ? null : EventId.parse(gap.requested());
            // A cursor that was never given out says nothing of what its client has.
            boolean had = requested != null
                    && requested.memory() == id.memory()
                    && !requested.isAfter(record.start())
                    && !id.isAfter(requested);
            return gap == null || had
                    ? Explanation.of(
                            Explanation.Verdict.BEFORE_CURSOR,
                            "the stream began later, with what follows " + (gap == null ? record.start() : requested))
                    : Explanation.gap(
                            gap.reason(),
                            "the stream was told at its beginning that events up to " + record.start()
                                    + " may be missing (" + gap.reason().label() + "), since it asked for what follows "
                                    + gap.requested());
        }
        StreamRecord.Happening.GapTold told = record.gapTold(id);
        if (told != null) {
            return Explanation.gap(
                    told.reason(),
                    "the stream was told at " + at(told.atMillis()) + " that events after " + told.after() + " up to "
                            + told.upTo() + " may be missing ("
                            + told.reason().label() + ")");
        }
        EventId by = record.sentInPlaceOf(id);
        return by == null
                ? null
                : new Explanation(
                        Explanation.Verdict.SUPERSEDED,
                        "the stream was so far behind that " + by + ", which replaces it, was to be sent instead",
                        null,
                        by,
                        null);
    }

    private Explanation notYet(Subject stream) {
        End end = stream.end();
        if (end != null) {
            return Explanation.of(
                    Explanation.Verdict.ENDED,
                    "the stream ended at " + at(end.atMillis()) + " ("
                            + end.reason().label() + "), when it had got everything up to " + stream.position());
        }
        return Explanation.of(
                Explanation.Verdict.STILL_BEHIND,
                stream.state() == StreamView.State.LIVE
                        ? "the gateway itself has delivered only up to " + stream.position() + " so far"
                        : "the stream has got everything up to " + stream.position() + ", and is "
                                + (stream.state() == StreamView.State.STALLED
                                        ? "stalled: its client takes nothing right now"
                                        : "catching up")
                                + "; it has been behind since "
                                + at(stream.record().behindSinceMillis()));
    }

    private Explanation delivered(Subject stream, LogEntry entry) {
        EventId id = entry.id();
        String what = entry instanceof LogEntry.GapEntry ? "it is a gap, source_hole, and" : "it";
        StreamRecord record = stream.record();
        End end = stream.end();
        StreamRecord.Happening.CaughtUp behind = record.caughtUpOn(id);
        Explanation.Period period = behind != null
                ? period(behind.sinceMillis(), behind.untilMillis())
                : record.behindSince(id)
                        ? period(record.behindSinceMillis(), end == null ? time.now() : end.atMillis())
                        : live(id);
        return new Explanation(
                Explanation.Verdict.DELIVERED,
                period == null
                        ? what
                                + " was handed to the stream's connection as soon as the log had it; the moment is not kept that long"
                        : what + " was handed to the stream's connection between " + period.from() + " and "
                                + period.until(),
                period,
                null,
                null);
    }

    /** When live streams were handed an entry; null if that is not known any more. */
    private Explanation.@Nullable Period live(EventId id) {
        PositionTimes.Span span = reached.of(id, time.now());
        return span == null ? null : period(span.fromMillis(), span.untilMillis());
    }

    /** Wider by what whole milliseconds of two clocks may be apart. */
    private Explanation.Period period(long fromMillis, long untilMillis) {
        return new Explanation.Period(at(fromMillis - 1), at(untilMillis + 2));
    }

    private Instant at(long millis) {
        return time.wall().instant().minusMillis(time.now() - millis).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Some of them, in order: there may be thousands. */
    private static String some(Collection<String> words) {
        String named = new TreeSet<>(words).stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
        return words.size() > MOST_NAMED ? named + " and " + (words.size() - MOST_NAMED) + " more" : named;
    }
}
