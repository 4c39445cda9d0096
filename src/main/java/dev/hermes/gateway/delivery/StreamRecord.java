package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one stream besides getting each event as it came, so that it can be told later which events it got.
 * Bounded; the delivery of a live event leaves no trace here. Owned by the hub's loop.
 */
final class StreamRecord {

    private static final int MOST_HAPPENINGS = 32;
    private static final int MOST_LEFT_OUT = 256;

    /** Something that concerns the entries after one position, up to another. */
    sealed interface Happening {

        EventId after();

        EventId upTo();

        default boolean concerns(EventId entry) {
            return entry.isAfter(after()) && !entry.isAfter(upTo());
        }

        /** The stream was behind, and was handed these entries between two times of the hub's clock. */
        record CaughtUp(EventId after, EventId upTo, long sinceMillis, long untilMillis) implements Happening {}

        /** The stream was told that some of these entries may be missing. */
        record GapTold(EventId after, EventId upTo, Gap.Reason reason, long atMillis) implements Happening {}
    }

    /** An event that was not sent since a later one replaces it. */
    record LeftOut(EventId event, EventId by) {}

    private final EventId start;
    private final @Nullable Gap startGap;

    /** The events that the stream was greeted with; they stand before the start. */
    private final List<EventId> greeted;

    /** The stream is behind, and has been since it had got everything up to here; null while it is not behind. */
    private @Nullable EventId behindAfter;

    private long behindSinceMillis;

    /** Set once there is something to record, as the next one is. */
    private @Nullable ArrayDeque<Happening> happenings;

    private @Nullable ArrayDeque<LeftOut> leftOut;

    /** What happened to entries up to here is not known any more. */
    private EventId forgottenUpTo;

    StreamRecord(EventLog.StartPosition opened, long openedMillis) {
        this.start = opened.position();
        this.startGap = opened.gap();
        this.greeted = opened.recalled().stream().map(Event::id).toList();
        this.behindAfter = start;
        this.behindSinceMillis = openedMillis;
        this.forgottenUpTo = start;
    }

    /** The stream gets what follows this position. */
    EventId start() {
        return start;
    }

    /** Why the stream does not start where its client asked; null if it does. */
    @Nullable
    Gap startGap() {
        return startGap;
    }

    /** Whether the stream was greeted with this event, outside the log's order. */
    boolean greetedWith(EventId event) {
        return greeted.contains(event);
    }

    /** Whether the stream has been behind without a break since it got what precedes this entry. */
    boolean behindSince(EventId entry) {
        return behindAfter != null && entry.isAfter(behindAfter);
    }

    /** When it last fell behind, by the hub's clock. */
    long behindSinceMillis() {
        return behindSinceMillis;
    }

    void fellBehind(EventId delivered, long nowMillis) {
        behindAfter = delivered;
        behindSinceMillis = nowMillis;
    }

    void caughtUp(EventId tip, long nowMillis) {
        if (behindSince(tip)) {
            add(new Happening.CaughtUp(Objects.requireNonNull(behindAfter), tip, behindSinceMillis, nowMillis));
        }
        behindAfter = null;
    }

    void gapTold(EventId after, Gap gap, long nowMillis) {
        if (gap.resumedAt().isAfter(after)) {
            add(new Happening.GapTold(after, gap.resumedAt(), gap.reason(), nowMillis));
        }
    }

    void leftOut(EventId event, EventId by) {
        ArrayDeque<LeftOut> kept = leftOut;
        if (kept == null) {
            kept = new ArrayDeque<>();
            leftOut = kept;
        }
        kept.add(new LeftOut(event, by));
        if (kept.size() > MOST_LEFT_OUT) {
            forget(kept.remove().event());
        }
    }

    private void add(Happening happening) {
        ArrayDeque<Happening> kept = happenings;
        if (kept == null) {
            kept = new ArrayDeque<>(1);
            happenings = kept;
        }
        kept.add(happening);
        if (kept.size() > MOST_HAPPENINGS) {
            forget(kept.remove().upTo());
        }
    }

    private void forget(EventId upTo) {
        if (upTo.isAfter(forgottenUpTo)) {
            forgottenUpTo = upTo;
        }
    }

    /** Whether it is not known any more what happened to an entry after the start. */
    boolean forgotten(EventId entry) {
        return !entry.isAfter(forgottenUpTo);
    }

    /** The gap that was told in place of an entry; null if none was. */
    Happening.@Nullable GapTold gapTold(EventId entry) {
        return concerning(entry, Happening.GapTold.class);
    }

    /** When an entry was caught up on; null if the stream was not behind, or still is. */
    Happening.@Nullable CaughtUp caughtUpOn(EventId entry) {
        return concerning(entry, Happening.CaughtUp.class);
    }

    private <H extends Happening> @Nullable H concerning(EventId entry, Class<H> kind) {
        if (happenings != null) {
            for (Happening happening : happenings) {
                if (kind.isInstance(happening) && happening.concerns(entry)) {
                    return kind.cast(happening);
                }
            }
        }
        return null;
    }

    /** The event that was sent in place of this one; null if this one was not left out. */
    @Nullable
    EventId sentInPlaceOf(EventId event) {
        if (leftOut != null) {
            for (LeftOut one : leftOut) {
                if (one.event().equals(event)) {
                    return one.by();
                }
            }
        }
        return null;
    }
}
