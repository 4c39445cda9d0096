package dev.hermes.gateway.chain;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.loop.Generation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway's part in the marker chain, by which gateways agree who appends each message to the log; the algorithm
 * is described at the package. From its own marker on it numbers the messages it hears, per subscription, and sends
 * them to the log as calls which do nothing if another gateway was first. Calls without an answer are kept, also
 * while Redis is away, and sent first when Redis is back.
 *
 * <p>The chain relies on Redis' order: it must be given all messages and markers in the order in which one connection
 * receives them, from {@link #up} to {@link #down}. Owned by the event loop on which it is created; the listener is
 * called there too.
 */
public final class MarkerChain {

    private static final Logger LOG = LoggerFactory.getLogger(MarkerChain.class);

    private final Thread ownerThread = Thread.currentThread();
    private final ChainTime time;
    private final Limits limits;
    private final Listener listener;
    private final CallSender sender;
    private final MarkerDraw draw;
    private final Segment.SequenceNumbers numbers;
    private @Nullable String identity;
    private boolean connected;
    /** Whether {@link #up} may go on numbering: only after {@link #hold} is it certain that no message was missed. */
    private boolean onHold;

    private boolean closed;
    private final Promise<Void> drained = Promise.promise();
    private final Generation numbering = new Generation();
    /** The segment that is being numbered; null until a marker of this gateway is heard. */
    private @Nullable Segment segment;
    /** The newest marker that the log is known to have reached. */
    private long current;

    private boolean watching;
    private final ListeningRecord listened = new ListeningRecord();

    /**
     * @param gateway a name of this gateway that no other has, without spaces
     * @param subscriptions every exact name and glob that is subscribed, each once
     * @param logged called on this loop with the events that this gateway, and no other, has appended. Not called for an
     *     append whose answer was lost; such an entry is found in the log alone
     */
    public MarkerChain(
            String gateway,
            List<String> subscriptions,
            ChainLog log,
            ChainTime time,
            Limits limits,
            Consumer<LogScripts.AppendedRun> logged,
            Listener listener) {
        this.time = time;
        this.limits = limits;
        this.listener = listener;
        List<String> all = List.copyOf(subscriptions);
        this.numbers = new Segment.SequenceNumbers(all);
        this.sender = new CallSender(log, time, limits, all, logged, new SenderObserver());
        this.draw = new MarkerDraw(log, time, gateway, all, this::loseLog);
    }

    /**
     * Every subscription is confirmed and received, and Redis answers commands. Also to be called when the identity
     * of the log has changed, without {@link #down} before, and after {@link #hold}.
     *
     * @param logIdentity the identity of the log in Redis; if it has changed, all kept calls are forgotten
     */
    public void up(String logIdentity) {
        assertOwnerLoop();
        boolean continues = onHold && connected && logIdentity.equals(identity);
        onHold = false;
        if (!logIdentity.equals(identity)) {
            sender.forget();
            listened.forget();
        }
        identity = logIdentity;
        connected = true;
        current = continues ? current : 0;
        sender.resume(logIdentity);
        if (!continues) {
            begin();
        }
    }

    /**
     * Redis accepts no writes, but messages are still heard: calls are kept until {@link #up} with the same identity.
     */
    public void hold() {
        assertOwnerLoop();
        onHold = true;
        sender.pause();
    }

    /** Redis was lost: no message is heard and no command answered. Calls without an answer are kept. */
    public void down() {
        assertOwnerLoop();
        connected = false;
        stopNumbering();
        sender.pause();
        finishIfDrained();
    }

    /** Drops all calls without an answer; the next hole that is declared begins with them. */
    public void giveUp() {
        assertOwnerLoop();
        stopNumbering();
        listened.gaveUp(sender.oldest());
        sender.forget();
    }

    /** The next message of a subscription, named by its exact name or glob, is this event. */
    public void heard(String subscription, Envelope envelope) {
        assertOwnerLoop();
        if (segment != null) {
            int index = numbers.indexOf(subscription);
            add(new ChainCall.Append(numbers.marker(), index, numbers.next(index), envelope), null);
        }
    }

    /**
     * The next message of a subscription is not an event.
     *
     * @param keep run on this loop if this gateway is the first to see the message; never run if that cannot be known
     */
    public void heardRejected(String subscription, Runnable keep) {
        assertOwnerLoop();
        if (segment != null) {
            int index = numbers.indexOf(subscription);
            add(new ChainCall.Reject(numbers.marker(), index, numbers.next(index)), keep);
        }
    }

    /** A message on {@code hermes:gateway:sync}; markers of other logs are ignored. */
    public void heardSync(String payload) {
        assertOwnerLoop();
        MarkerDraw.MarkerMessage marker = MarkerDraw.MarkerMessage.parse(payload);
        if (marker == null || !marker.identity().equals(identity)) {
            return;
        }
        boolean own = draw.heard(marker, limits.holdMillis());
        if (own && segment == null && connected && !closed) {
            startNumbering(marker.number());
        }
        if (segment != null && marker.number() > numbers.marker()) {
            add(new ChainCall.Roll(numbers.marker(), marker.number(), numbers.counts()), null);
            numbers.startFrom(marker.number());
        }
    }

    /** Whether the log has reached the marker that this gateway drew last. */
    public boolean settled() {
        return segment != null && segment.settled();
    }

    /** Whether some call is still to be answered by the log. */
    public boolean waiting() {
        return !sender.isEmpty();
    }

    /** How the chain stands now. */
    public State state() {
        assertOwnerLoop();
        Long marker = segment == null ? null : numbers.marker();
        return new State(identity, marker, current, settled(), sender.calls(), sender.bytes());
    }

    /**
     * Stops numbering. Completes, never with a failure, when every call is answered, or after {@link
     * Limits#holdMillis} at the latest.
     */
    public Future<Void> close() {
        assertOwnerLoop();
        if (!closed) {
            closed = true;
            stopNumbering();
            time.after(limits.holdMillis(), this::finish);
            finishIfDrained();
        }
        return drained.future();
    }

    private void finishIfDrained() {
        if (closed && (!connected || sender.isEmpty())) {
            finish();
        }
    }

    private void finish() {
        sender.pause();
        drained.tryComplete();
    }

    private void begin() {
        stopNumbering();
        if (connected && !closed && identity != null) {
            draw.begin(identity);
        }
    }

    private void startNumbering(long number) {
        draw.stop();
        Instant now = time.now();
        segment = new Segment(
                new ChainCall.Start(number, listened.until(now, time.monotonicMillis()), now),
                draw.deadlineMillis(limits.holdMillis()));
        numbers.startFrom(number);
        listened.heard(time.monotonicMillis());
        sender.begin(segment);
    }

    private void stopNumbering() {
        numbering.next();
        draw.stop();
        watching = false;
        if (segment != null) {
            segment = null;
            listened.stopped(time.monotonicMillis());
        }
    }

    /** Draws a new marker, since what is heard from here on cannot be shown to follow what was heard before. */
    private void breakChain(String reason) {
        LOG.warn("chain broken reason=\"{}\" marker={} current={}", reason, numbers.marker(), current);
        begin();
    }

    /** Waits for a marker that the log has reached already and that should be heard here soon. */
    private void watch() {
        watching = true;
        int watched = numbering.current();
        long due = time.monotonicMillis() + limits.holdMillis();
        time.after(limits.holdMillis(), () -> {
            if (!numbering.isCurrent(watched)) {
                return;
            }
            watching = false;
            // If this loop itself was blocked, it has not yet read what arrived meanwhile.
            boolean blocked = time.monotonicMillis() - due > limits.holdMillis() / 4;
            if (current > numbers.marker() && blocked) {
                watch();
            } else if (current > numbers.marker()) {
                breakChain("the log is at a marker that was never heard here");
            }
        });
    }

    private void loseLog() {
        LOG.warn("log lost identity={}", identity);
        connected = false;
        identity = null;
        sender.pause();
        giveUp();
        listener.logLost();
    }

    private void add(ChainCall call, @Nullable Runnable whenFirst) {
        long now = time.monotonicMillis();
        listened.heard(now);
        sender.add(new Segment.PendingCall(call, time.now(), now, whenFirst));
        if (sender.bytes() > limits.keptBytes()) {
            giveUp();
            breakChain("more than " + limits.keptBytes() + " bytes wait for the log");
        }
    }

    private void assertOwnerLoop() {
        assert Thread.currentThread() == ownerThread : "called off the event loop that owns the chain";
    }

    private final class SenderObserver implements CallSender.Observer {
        @Override
        public void ahead(Segment of, @Nullable Long heardMillis) {
            if (of == segment) {
                breakChain("the log does not go on from this marker");
                listened.gaveUp(heardMillis);
            }
        }

        @Override
        public void settled(Segment of) {
            if (of == segment) {
                listener.settled();
            }
        }

        @Override
        public void current(long newest) {
            current = newest;
            if (newest > numbers.marker() && segment != null && !watching) {
                watch();
            }
            finishIfDrained();
        }

        @Override
        public void noState() {
            loseLog();
        }
    }

    /**
     * How a {@link MarkerChain} stands.
     *
     * @param identity of the log; null while none is known
     * @param marker from which this gateway numbers what it hears; null while it numbers nothing
     * @param logMarker the newest marker that the log is known to have reached; 0 before that
     * @param settled whether the log has reached the marker that this gateway drew last
     * @param waitingCalls calls that the log has not answered yet
     * @param waitingBytes the memory that these take
     */
    public record State(
            @Nullable String identity,
            @Nullable Long marker,
            long logMarker,
            boolean settled,
            int waitingCalls,
            long waitingBytes) {}

    /** Learns what a {@link MarkerChain} has found, on its event loop. */
    public interface Listener {

        /**
         * The log has reached the marker drawn last: every hole older than now is declared, and no stream that opens
         * now sees it.
         */
        void settled();

        /**
         * Redis does not hold the log of this chain. The chain has forgotten everything and waits for {@link
         * MarkerChain#up} with the identity of the log that Redis holds now.
         */
        void logLost();
    }

    /**
     * The limits of a {@link MarkerChain}.
     *
     * @param holdMillis how long other gateways get to prove that nothing is missing before a marker
     * @param batchCalls the most calls in one script
     * @param batchBytes the most bytes in one script, unless a single call is larger
     * @param keptBytes the most bytes of unanswered calls; beyond it the chain is broken on purpose
     */
    public record Limits(long holdMillis, int batchCalls, long batchBytes, long keptBytes) {

        /** The limits that the package describes. */
        public static final Limits DEFAULT = new Limits(1_000, 500, 4 << 20, 64 << 20);
    }
}
