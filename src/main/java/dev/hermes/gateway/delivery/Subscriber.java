package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Gap;
import org.jspecify.annotations.Nullable;

/**
 * A cursor and somewhere to write. All state is owned by the hub's loop.
 *
 * <pre>
 *              reached the tip
 *   CATCHING_UP ───────────────► LIVE
 *        │      ◄───────────────   │
 *        │       takes no more     │
 *        └────────► CLOSED ◄───────┘
 * </pre>
 *
 * A live subscriber has been handed everything up to the hub's position; one that is catching up, everything up to its
 * cursor. It never has a queue: when it takes no more, it is behind.
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

    /** Whether the hub has it on its list of those to settle at the end of the turn. */
    private boolean dirty;

    /** Whether it was handed something that followed the cursor it came with. */
    private boolean caughtUp;

    /** Whether it waits for its turn, a reader, or the hub to reach its cursor; then nobody else may move it. */
    private boolean scheduled;

    /** How many entries it is worth reading from the log for it at once. */
    private int pageSize = FIRST_PAGE_SIZE;

    private @Nullable Membership membership;

    /** Only while it is far behind. */
    private Conflation.@Nullable Lookahead lookahead;

    /** Its places in the hub. */
    record Membership(SubscriptionIndex.Registration index, SubscriptionIndex.SubscriberSet.Membership everyone) {}

    Subscriber(Subscription subscription, StreamPermit permit, EventId cursor) {
        this.subscription = subscription;
        this.permit = permit;
        this.cursor = cursor;
    }

    /** Whether it takes more. */
    abstract boolean writable();

    /** Hands over one entry it wants; false when it ends before that entry instead. */
    abstract boolean offer(Window.WindowEntry slot);

    /** Tells it that something is missing before what comes next; false when it ends before that instead. */
    abstract boolean offer(Gap gap);

    /** What was offered is to be sent, or the tip was reached. */
    abstract void flushOrAnswer();

    /** Whether {@link #flushOrAnswer} never makes it leave the hub. */
    abstract boolean staysWhenFlushed();

    /** It takes no more for now. */
    abstract void stalled();

    /** Its deadline has come. */
    abstract void due(long nowMillis);

    final Subscription subscription() {
        return subscription;
    }

    /** What it may do that by. */
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

    /** Everything up to here was handed over; only while it is not live. */
    final EventId cursor() {
        return cursor;
    }

    final boolean caughtUp() {
        return caughtUp;
    }

    final void receivedBacklog() {
        caughtUp = true;
    }

    final void advance(EventId handedOver) {
        cursor = handedOver;
    }

    final void becomeLive() {
        lookahead = null;
        state = State.LIVE;
    }

    final void fallBehind(EventId handedOver) {
        state = State.CATCHING_UP;
        cursor = handedOver;
        stalled();
    }

    final void becomeClosed(EventId handedOver) {
        state = State.CLOSED;
        cursor = handedOver;
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

    final @Nullable Membership membership() {
        return membership;
    }

    final void membership(@Nullable Membership places) {
        membership = places;
    }

    final Conflation.@Nullable Lookahead lookahead() {
        return lookahead;
    }

    final void lookahead(Conflation.Lookahead counted) {
        lookahead = counted;
    }
}
