package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Owns every stream and poll of one event loop. All methods are called on that loop and all state is touched only
 * there, so no lock is needed.
 *
 * <p>No subscriber joins or leaves while an entry is being delivered through the index: a socket that closes during
 * delivery is handled one turn later.
 */
public final class Hub {

    /** How often {@link #tick()} has to be called while somebody {@linkplain #awaitsTicks waits}. */
    public static final Duration TICK = Duration.ofMillis(100);

    private static final int WHEEL_SLOTS = 1_024;
    private static final Duration UNTOLD_WITHIN = Duration.ofSeconds(1);

    private final OwnerLoop loop;
    private final HubSettings settings;
    private final HubSettings.Clocks time;
    private final HubCounters counters;
    private final Window window;
    private final Conflation.SupersededEvents newest;
    private final CatchUp catchUp;
    private final Wheel wheel;
    private final PermitChecks permits;
    private final StreamDeadlines.DeadlineFactory deadlines;
    private final SubscriptionIndex subscribers = new SubscriptionIndex();
    private final LiveDelivery delivery;
    private final Heartbeats heartbeats;
    private final StreamDirectory directory;

    /**
     * Must be called on the event loop that is to own the hub.
     *
     * @param start the log position that the first batch follows
     */
    public Hub(
            OwnerLoop loop,
            HubSettings settings,
            EventLog log,
            StreamPermit.Checker checker,
            HubSettings.Clocks time,
            EventId start) {
        this(loop, settings, log, checker, time, start, CatchUp.Pace.USUAL);
    }

    Hub(
            OwnerLoop loop,
            HubSettings settings,
            EventLog log,
            StreamPermit.Checker checker,
            HubSettings.Clocks time,
            EventId start,
            CatchUp.Pace pace) {
        this.loop = loop;
        this.settings = settings;
        this.time = time;
        this.counters = new HubCounters(settings.channels().keySet());
        this.window = new Window(settings.windowEntries(), settings.windowBytes(), start);
        this.newest = new Conflation.SupersededEvents(settings.channels());
        Conflation conflation =
                new Conflation(window, newest, settings.streams().conflateAfter());
        this.catchUp = new CatchUp(loop, log, window, conflation, counters, new FrameMemory(settings, time), pace);
        this.delivery = new LiveDelivery(loop, window, newest, subscribers, catchUp, counters, pace.live());
        this.heartbeats = new Heartbeats(window, time, counters);
        this.directory = new StreamDirectory(loop, subscribers, window, time);
        this.wheel = new Wheel(TICK.toMillis(), WHEEL_SLOTS, time.now());
        this.permits =
                new PermitChecks(checker, StreamDeadlines.DeadlineFactory.checksWait(settings.streams()), this::close);
        this.deadlines = new StreamDeadlines.DeadlineFactory(settings.streams(), settings.random());
    }

    /** Delivers the next entries of the log to the subscribers. */
    public void onBatch(HubBus.Signal.EventBatch batch) {
        assert loop.here();
        delivery.deliver(batch);
    }

    /** The log has reached this position; if this hub has not, it missed a batch. */
    public void onReached(EventId position) {
        assert loop.here();
        delivery.reached(position);
    }

    /** The log position up to which this hub has delivered. */
    public EventId position() {
        assert loop.here();
        return window.tip();
    }

    /** The log that was delivered so far is lost: every subscriber is told, and goes on at the tip of the new log. */
    public void onLogLost(EventId resumedAt) {
        assert loop.here();
        delivery.forget();
        EventId before = window.tip();
        newest.clear();
        catchUp.beginAnew(resumedAt);
        subscribers
                .all()
                .forEach(subscriber -> catchUp.moveToTip(subscriber, subscriber.live() ? before : subscriber.cursor()));
    }

    /** Opens a stream, which gets {@code connected}, then its gap and greetings, then the backlog, then live events. */
    public SseStream open(NewStream accepted, ByteSink sink) {
        assert loop.here();
        long now = time.now();
        SseStream stream = new SseStream(
                this,
                accepted,
                sink,
                deadlines.forStream(accepted.permit(), now, time.wall().instant()));
        counters.streamOpened();
        join(stream);
        if (stream.greet(accepted, time.wall().instant())) {
            counters.began(accepted.start());
            schedule(stream, stream.deadlines().next());
            catchUp.start(stream);
            StreamLog.opened(stream);
        }
        return stream;
    }

    /** Opens a poll that waits for at most {@code wait}. */
    public PendingPoll poll(
            Subscription subscription, StreamPermit permit, EventLog.StartPosition start, int limit, Duration wait) {
        assert loop.here();
        long deadline = time.now() + wait.toMillis();
        PendingPoll poll = new PendingPoll(this, subscription, permit, start, limit, deadline);
        counters.began(start);
        join(poll);
        schedule(poll, deadline);
        catchUp.start(poll);
        return poll;
    }

    /** Advances time: heartbeats, deadlines, permit checks. */
    public void tick() {
        assert loop.here();
        long now = time.now();
        wheel.advance(now, entry -> ((Subscriber) entry).due(now));
        heartbeats.endTick();
        permits.tick(now);
        catchUp.tick();
        directory.explainer().tick(now);
    }

    /** Whether somebody waits for time to pass, as each subscriber does; if not, a tick may come late. */
    public boolean awaitsTicks() {
        return !wheel.isEmpty();
    }

    /** Tells every stream that the backend is lost or back. */
    public void onBackend(boolean up, Instant since) {
        assert loop.here();
        JsonObject data = new JsonObject().put("state", up ? "up" : "down").put("since", since.toString());
        try {
            Frame frame = Frame.Encoder.control(null, null, "backend", data);
            try {
                subscribers.streams().forEach(stream -> {
                    stream.sendShared(frame);
                    stream.flushOrAnswer();
                });
            } finally {
                frame.release();
            }
        } catch (OutOfMemoryError outsideTheHeap) {
            // Who is not told comes back, and is told then.
            endAll(SseStream.CloseReason.CONNECTION_TIMEOUT, UNTOLD_WITHIN);
        }
    }

    /** Ends all streams, spread evenly over the given time, each with its own reconnect delay. */
    public void endAll(SseStream.CloseReason reason, Duration over) {
        end(subscribers.streams(), reason, over);
    }

    private void end(List<SseStream> streams, SseStream.CloseReason reason, Duration over) {
        assert loop.here();
        long now = time.now();
        for (int index = 0; index < streams.size(); index++) {
            SseStream stream = streams.get(index);
            stream.deadlines().endAt(now + over.toMillis() * index / streams.size(), reason);
            schedule(stream, stream.deadlines().next());
        }
    }

    /** The open streams that match; collected in portions, so that events are delivered meanwhile. */
    public Future<List<StreamView>> streams(StreamView.Query query) {
        assert loop.here();
        return directory.list(query);
    }

    /** Why one of this hub's streams got an event, or did not; null if no such stream is known here. */
    public @Nullable Explanation explain(Explanation.Question question) {
        assert loop.here();
        return directory.explainer().explain(question);
    }

    /** Ends the open streams that match, on behalf of an operator, at the next tick; returns their number. */
    public int end(StreamView.Query query) {
        List<SseStream> streams = directory.find(query);
        end(streams, SseStream.CloseReason.CLOSED_BY_OPERATOR, Duration.ZERO);
        return streams.size();
    }

    /** Answers all polls with the events they have. */
    public void answerPolls() {
        assert loop.here();
        subscribers.polls().forEach(PendingPoll::finish);
    }

    /** The counts so far. */
    public HubCounters.Snapshot snapshot() {
        assert loop.here();
        return counters.snapshot(counters.anyBehind() ? directory.lag() : HubCounters.Snapshot.Lag.NONE, window.kept());
    }

    /** Releases the memory of all frames; afterwards this hub must not be used. */
    public void close() {
        assert loop.here();
        delivery.forget();
        window.clear(window.tip());
    }

    /** Whether no subscriber is left, neither in the set nor in the index. */
    boolean isEmpty() {
        return subscribers.isEmpty();
    }

    /** Whether every batch was written and flushed. */
    boolean isIdle() {
        return delivery.idle();
    }

    long now() {
        return time.now();
    }

    Heartbeats heartbeats() {
        return heartbeats;
    }

    void checkLater(SseStream stream, long nowMillis) {
        permits.add(stream, nowMillis);
    }

    void schedule(Subscriber subscriber, long deadlineMillis) {
        wheel.schedule(subscriber, deadlineMillis);
    }

    void drained(Subscriber subscriber) {
        assert loop.here();
        if (subscriber.live()) {
            // Its last flush filled the sink, but it was not behind; it may be owed a heartbeat.
            subscriber.flushOrAnswer();
        } else {
            catchUp.add(subscriber);
        }
    }

    void close(SseStream stream, SseStream.CloseReason reason) {
        if (leave(stream)) {
            counters.streamClosed(reason);
            StreamLog.closed(stream, reason, time.now() - stream.openedMillis());
            directory.explainer().ended(stream, reason);
            stream.end(reason, reason.reconnectAfterMillis(settings.random()));
        }
    }

    void gone(SseStream stream) {
        assert loop.here();
        if (delivery.delivering()) {
            loop.later(() -> gone(stream));
            return;
        }
        close(stream, SseStream.CloseReason.CLIENT_GONE);
        forget(stream);
    }

    /** Cancels the subscriber's deadline. */
    void forget(Subscriber subscriber) {
        wheel.cancel(subscriber);
    }

    /** Removes a subscriber from the hub; false if it was removed before. */
    boolean leave(Subscriber subscriber) {
        assert loop.here();
        if (!subscribers.leave(subscriber)) {
            return false;
        }
        subscriber.becomeClosed(window.tip(), counters);
        if (subscriber instanceof PendingPoll) {
            counters.polls(-1);
        }
        wheel.cancel(subscriber);
        return true;
    }

    private void join(Subscriber subscriber) {
        subscribers.join(subscriber);
        subscriber.joined(counters);
        if (subscriber instanceof PendingPoll) {
            counters.polls(1);
        }
    }
}
