package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Gap;
import org.jspecify.annotations.Nullable;

/**
 * A client of the hub: a cursor, and a place to write to. All state is owned by the hub's loop.
 *
 * <pre>
 *              reached the tip
 *   CATCHING_UP ───────────────► LIVE
 *        │      ◄───────────────   │
 *        │      accepts no more    │
 *        └────────► CLOSED ◄───────┘
 * </pre>
 *
 * A live subscriber has got everything up to the hub's position, one that is catching up everything up to its cursor.
 * It has no queue: when it accepts no more, it is behind.
 */
abstract sealed class Subscriber extends Wheel.Entry permits SseStream, PendingPoll {

    enum State {
        CATCHING_UP,
        LIVE,
        CLOSED
    }

    private static final int FIRST_PAGE_SIZE = 16;

    private final Subscription subscription;
    private final StreamPermit permit;
    private State state = State.CATCHING_UP;
    private EventId cursor;

    /** Whether the subscriber is in the hub's list of those to be flushed. */
    private boolean dirty;

    /** Whether the subscriber got an entry that followed the cursor it came with. */
    private boolean caughtUp;

    /**
     * Whether the subscriber waits for a visit, a log read, the next tick, or the hub to reach its cursor; then nothing else may
     * move it.
     */
    private boolean scheduled;

    /** How many entries to read from the log for this subscriber at once. */
    private int pageSize = FIRST_PAGE_SIZE;

    /** The bytes of frames made for this subscriber alone that its client has not taken. */
    private long owedBytes;

    /** Where the hub keeps the subscriber, for its removal; null while it does not. */
    private SubscriptionIndex.SubscriberSet.@Nullable Membership amongAll;

    /** The first of its places in the index, each of which knows the next; also null for a subscriber that wants nothing. */
    private SubscriptionIndex.@Nullable Place places;

    /** Set only while the subscriber is far behind. */
    private Conflation.@Nullable Lookahead lookahead;

    Subscriber(Subscription subscription, StreamPermit permit, EventId cursor) {
        this.subscription = subscription;
        this.permit = permit;
        this.cursor = cursor;
    }

    /** Whether the subscriber accepts more. */
    abstract boolean writable();

    /** Gives the subscriber one entry it wants; false if the subscriber ends before that entry instead. */
    abstract boolean offer(Window.WindowEntry entry);

    /** Tells the subscriber that events are missing before the next one; false if it ends before that instead. */
    abstract boolean offer(Gap gap);

    /** Sends what was offered, or answers; called after offers and when the tip is reached. */
    abstract void flushOrAnswer();

    /** The bytes of frames that wait for the client to take them. */
    abstract long pendingBytes();

    /** Whether {@link #flushOrAnswer} never makes it leave the hub. */
    abstract boolean staysWhenFlushed();

    /** The subscriber was live, and is no more. */
    void fellBehind() {}

    /** The subscriber was behind, and has got everything up to its cursor. */
    void reachedTip() {}

    /** An event was passed over for the subscriber since a later one replaces it. */
    void leftOut(EventId event, EventId by) {}

    /** The subscriber accepts no more for now. */
    abstract void stalled();

    /** The subscriber's deadline has come. */
    abstract void due(long nowMillis);

    final Subscription subscription() {
        return subscription;
    }

    /** The permission under which the subscriber reads. */
    final StreamPermit permit() {
        return permit;
    }

    final State state() {
        return state;
    }

    final boolean live() {
        return state == State.LIVE;
    }

    final boolean closed() {
        return state == State.CLOSED;
    }

    /** Everything up to here was delivered; valid only while the subscriber is not live. */
    final EventId cursor() {
        return cursor;
    }

    final boolean caughtUp() {
        return caughtUp;
    }

    final void receivedBacklog() {
        caughtUp = true;
    }

    final void advance(EventId delivered) {
        cursor = delivered;
    }

    /** Goes on at a position without what lies before it. */
    final void jump(EventId position) {
        lookahead = null;
        cursor = position;
    }

    /** The hub has taken the subscriber in; each later transition keeps the count of those that catch up. */
    final void joined(HubCounters counters) {
        counters.catchingUp(1);
    }

    final void becomeLive(HubCounters counters) {
        lookahead = null;
        state = State.LIVE;
        reachedTip();
        counters.catchingUp(-1);
    }

    /** A live subscriber has got only what is up to here. */
    final void fallBehind(EventId delivered, HubCounters counters) {
        state = State.CATCHING_UP;
        cursor = delivered;
        counters.catchingUp(1);
        fellBehind();
        stalled();
    }

    /** @param tip what a live subscriber has got */
    final void becomeClosed(EventId tip, HubCounters counters) {
        if (live()) {
            cursor = tip;
        } else {
            counters.catchingUp(-1);
        }
        state = State.CLOSED;
    }

    final boolean dirty() {
        return dirty;
    }

    final void dirty(boolean now) {
        dirty = now;
    }

    final boolean scheduled() {
        return scheduled;
    }

    final void scheduled(boolean now) {
        scheduled = now;
    }

    final int pageSize() {
        return pageSize;
    }

    final void pageSize(int entries) {
        pageSize = entries;
    }

    final long owedBytes() {
        return owedBytes;
    }

    final void owedBytes(long bytes) {
        owedBytes = bytes;
    }

    final SubscriptionIndex.SubscriberSet.@Nullable Membership amongAll() {
        return amongAll;
    }

    final SubscriptionIndex.@Nullable Place places() {
        return places;
    }

    /** The index has taken the subscriber in. */
    final void indexed(SubscriptionIndex.SubscriberSet.Membership everywhere, SubscriptionIndex.@Nullable Place first) {
        amongAll = everywhere;
        places = first;
    }

    /** The index has let the subscriber go. */
    final void left() {
        amongAll = null;
        places = null;
    }

    final Conflation.@Nullable Lookahead lookahead() {
        return lookahead;
    }

    final void lookahead(Conflation.Lookahead counted) {
        lookahead = counted;
    }
}
