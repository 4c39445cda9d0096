package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.log.StartPosition;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Owns every stream and poll of one event loop. All methods on that loop; nothing here is touched from elsewhere, which is
 * why there is no lock.
 *
 * <p>Nobody joins or leaves while an entry is on its way through the index: a socket that tells of its end right there is
 * heard a turn later.
 */
public final class Hub {

    private static final long TICK_MILLIS = 100;
    private static final int WHEEL_SLOTS = 1_024;

    private final OwnerLoop loop;
    private final HubSettings settings;
    private final HubSettings.Clocks time;
    private final HubCounters counters;
    private final Window window;
    private final Conflation.SupersededEvents newest;
    private final CatchUp catchUp;
    private final Wheel wheel;
    private final PermitChecks permits;
    private final StreamDeadlines.DeadlineFactory clock;
    private final Subscribers subscribers = new Subscribers();
    private final LiveDelivery delivery;
    private final Heartbeats heartbeats;

    /**
     * Must be called on the event loop that shall own the hub.
     *
     * @param start the log's position that the first batch follows
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
        this.catchUp = new CatchUp(loop, log, window, conflation, counters, pace);
        this.delivery = new LiveDelivery(loop, window, newest, subscribers, catchUp, counters, pace.live());
        this.heartbeats = new Heartbeats(window, time);
        this.wheel = new Wheel(TICK_MILLIS, WHEEL_SLOTS, time.now());
        this.permits =
                new PermitChecks(checker, StreamDeadlines.DeadlineFactory.checksWait(settings.streams()), this::close);
        this.clock = new StreamDeadlines.DeadlineFactory(settings.streams(), settings.random());
    }

    /** How often {@link #tick()} wants to be called. */
    public static Duration tickInterval() {
        return Duration.ofMillis(TICK_MILLIS);
    }

    /** Takes the next entries of the log to whoever listens. */
    public void onBatch(HubSignal.EventBatch batch) {
        assert loop.here();
        delivery.deliver(batch);
    }

    /** The log was told up to there: if that is not known here, it was missed. */
    public void onReached(EventId position) {
        assert loop.here();
        delivery.reached(position);
    }

    /** Up to where the log was handed to whoever listens here. */
    public EventId position() {
        assert loop.here();
        return window.tip();
    }

    /** What was delivered so far is of a log that is no more: everybody is told, and goes on at its new tip. */
    public void onLogLost(EventId resumedAt) {
        assert loop.here();
        delivery.forget();
        EventId before = window.tip();
        window.clear(resumedAt);
        newest.clear();
        subscribers
                .all()
                .forEach(subscriber -> catchUp.moveOn(subscriber, subscriber.live() ? before : subscriber.cursor()));
    }

    /** Takes on a stream: {@code connected}, then what it missed or must know, then what comes. */
    public SseStream open(NewStream accepted, ByteSink sink) {
        assert loop.here();
        long now = time.now();
        SseStream stream = new SseStream(
                this,
                accepted,
                sink,
                clock.times(accepted.permit(), now, time.wall().instant()));
        counters.streamOpened();
        join(stream);
        JsonObject hello = new JsonObject()
                .put("connection_id", "conn_" + UUID.randomUUID())
                .put("timestamp", time.wall().instant().toString());
        stream.send(
                FrameEncoder.control(accepted.retryMillis(), accepted.start().position(), "connected", hello));
        Gap gap = accepted.start().gap();
        if (gap != null) {
            counters.gapTold(gap.reason());
            stream.offer(gap);
        }
        accepted.greetings().forEach(greeting -> stream.send(FrameEncoder.withoutId(greeting.type(), greeting.data())));
        schedule(stream, stream.times().next());
        catchUp.start(stream);
        return stream;
    }

    /** Takes on a poll. */
    public PendingPoll poll(
            Subscription subscription, StreamPermit permit, StartPosition opening, int limit, Duration wait) {
        assert loop.here();
        long deadline = time.now() + wait.toMillis();
        PendingPoll poll = new PendingPoll(this, subscription, permit, opening, limit, deadline);
        if (opening.gap() != null) {
            counters.gapTold(opening.gap().reason());
        }
        join(poll);
        schedule(poll, deadline);
        catchUp.start(poll);
        return poll;
    }

    /** Moves time on: heartbeats, ends, checks. */
    public void tick() {
        assert loop.here();
        long now = time.now();
        wheel.advance(now, entry -> ((Subscriber) entry).due(now));
        heartbeats.endTick();
        permits.tick(now);
        catchUp.tick();
    }

    /** Tells every stream that the source is lost, or back. */
    public void onBackend(boolean up, Instant since) {
        assert loop.here();
        JsonObject data = new JsonObject().put("state", up ? "up" : "down").put("since", since.toString());
        Frame frame = FrameEncoder.control(null, null, "backend", data);
        subscribers.streams().forEach(stream -> {
            stream.sendShared(frame);
            stream.flushOrAnswer();
        });
        frame.release();
    }

    /** Ends all streams, spread evenly over that time, each with its own word when to come back. */
    public void endAll(SseStream.CloseReason reason, Duration over) {
        assert loop.here();
        List<SseStream> streams = subscribers.streams();
        long now = time.now();
        for (int turn = 0; turn < streams.size(); turn++) {
            SseStream stream = streams.get(turn);
            stream.times().endAt(now + over.toMillis() * turn / streams.size(), reason);
            schedule(stream, stream.times().next());
        }
    }

    /** Answers all polls with what they have. */
    public void answerPolls() {
        assert loop.here();
        subscribers.polls().forEach(PendingPoll::finish);
    }

    /** What was counted so far. */
    public HubCounters.Snapshot snapshot() {
        assert loop.here();
        return counters.snapshot();
    }

    /** Gives back the memory of the frames at hand; afterwards nothing else may be asked of this hub. */
    public void close() {
        assert loop.here();
        delivery.forget();
        window.clear(window.tip());
    }

    /** Whether nobody is left, nowhere: no subscriber, no place in the index. */
    boolean isEmpty() {
        return subscribers.isEmpty();
    }

    /** Whether all that came was written and flushed. */
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
            // Full by its last flush, it was not behind yet; it may be owed a heartbeat.
            subscriber.flushOrAnswer();
        } else {
            catchUp.add(subscriber);
        }
    }

    void close(SseStream stream, SseStream.CloseReason reason) {
        if (leave(stream)) {
            counters.streamClosed(reason);
            stream.end(reason, reason.reconnectAfterMillis(settings.random()));
        }
    }

    void gone(SseStream stream) {
        assert loop.here();
        if (delivery.underWay()) {
            loop.later(() -> gone(stream));
            return;
        }
        close(stream, SseStream.CloseReason.CLIENT_GONE);
        forget(stream);
    }

    /** Nothing more is waited for. */
    void forget(Subscriber subscriber) {
        wheel.cancel(subscriber);
    }

    /** Takes it off everything; false when it was off already. */
    boolean leave(Subscriber subscriber) {
        assert loop.here();
        if (!subscribers.leave(subscriber)) {
            return false;
        }
        if (subscriber.live()) {
            subscriber.becomeClosed(window.tip());
        } else {
            counters.catchingUp(-1);
            subscriber.becomeClosed(subscriber.cursor());
        }
        wheel.cancel(subscriber);
        return true;
    }

    private void join(Subscriber subscriber) {
        counters.catchingUp(1);
        subscribers.join(subscriber);
    }
}
