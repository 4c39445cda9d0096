package dev.hermes.gateway.chain;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.log.redis.AppendedRun;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway's part in deciding who appends what everybody hears (design, "Who appends: the marker chain"). From its own
 * marker on it numbers what it hears, per subscription, and sends it to the log as calls that do nothing if somebody was
 * first. What the log has not answered is kept, also while Redis is away, and sent first when it is back.
 *
 * <p>It rests on Redis' own order: messages and markers must be given to it as one connection hears them, none left out,
 * from {@link #up} to {@link #down}. Owned by the event loop on which it is made, as are its listener's calls.
 */
public final class MarkerChain {

    private static final Logger LOG = LoggerFactory.getLogger(MarkerChain.class);

    private final Thread ownerThread = Thread.currentThread();
    private final String gateway;
    private final ChainTime time;
    private final Limits limits;
    private final Listener listener;
    private final CallSender sender;
    private final MarkerDraw draw;
    private final SequenceNumbers numbers;
    private @Nullable String identity;
    private boolean connected;
    /** Only then does {@link #up} go on: in any other case nobody knows what was not heard. */
    private boolean held;

    private boolean closed;
    private final Promise<Void> drained = Promise.promise();
    private int epoch;
    /** What is numbered now; null until a marker of its own is heard. */
    private @Nullable Segment segment;
    /** The newest marker that the log is known to have come to. */
    private long current;

    private boolean watching;
    private final ListeningRecord listened = new ListeningRecord();

    /**
     * @param gateway a name of this gateway that no other has, without spaces
     * @param subscriptions every exact name and glob that is subscribed, each once
     * @param logged told on this loop what this gateway appended, and nobody else has; not of an append whose answer was lost:
     *     that entry comes from the log alone
     */
    public MarkerChain(
            String gateway,
            List<String> subscriptions,
            ChainLog log,
            ChainTime time,
            Limits limits,
            Consumer<AppendedRun> logged,
            Listener listener) {
        this.gateway = gateway;
        this.time = time;
        this.limits = limits;
        this.listener = listener;
        List<String> all = List.copyOf(subscriptions);
        this.numbers = new SequenceNumbers(all);
        this.sender = new CallSender(log, time, limits, all, logged, new Sending());
        this.draw = new MarkerDraw(log, time, gateway, all, this::lose);
    }

    /**
     * Every subscription is confirmed and heard; commands work. Also to be called, without {@link #down} before it, when
     * the identity has changed, and after {@link #hold}.
     *
     * @param logIdentity of the log that Redis keeps; if it is another one than before, what was kept is forgotten
     */
    public void up(String logIdentity) {
        assertOwnerLoop();
        boolean goesOn = held && connected && logIdentity.equals(identity);
        held = false;
        if (!logIdentity.equals(identity)) {
            sender.forget();
            listened.forget();
        }
        identity = logIdentity;
        connected = true;
        current = goesOn ? current : 0;
        sender.resume(logIdentity);
        if (!goesOn) {
            begin();
        }
    }

    /** Redis takes no writes, though it is heard: until {@link #up}, with the same identity, everything is kept. */
    public void hold() {
        assertOwnerLoop();
        held = true;
        sender.pause();
    }

    /** Redis was lost: nothing is heard any more, no command is answered. What is not answered is kept. */
    public void down() {
        assertOwnerLoop();
        connected = false;
        stopNumbering();
        sender.pause();
        finishIfDrained();
    }

    /** Gives up what was heard and is not answered; from there on a hole is to be declared. */
    public void giveUp() {
        assertOwnerLoop();
        stopNumbering();
        listened.gaveUp(sender.oldest());
        sender.forget();
    }

    /** The next message of a subscription, given by its exact name or glob, is this event. */
    public void heard(String subscription, Envelope envelope) {
        assertOwnerLoop();
        if (segment != null) {
            int index = numbers.indexOf(subscription);
            add(new ChainCall.Append(numbers.marker(), index, numbers.next(index), envelope), null);
        }
    }

    /**
     * The next message of a subscription is no event.
     *
     * @param keep run on this loop if no other gateway was first to see it; not at all if that cannot be known
     */
    public void heardRejected(String subscription, Runnable keep) {
        assertOwnerLoop();
        if (segment != null) {
            int index = numbers.indexOf(subscription);
            add(new ChainCall.Reject(numbers.marker(), index, numbers.next(index)), keep);
        }
    }

    /** A message on {@code hermes:gateway:sync}; those of other logs are no concern of this one. */
    public void heardSync(String payload) {
        assertOwnerLoop();
        MarkerDraw.MarkerMessage marker = MarkerDraw.MarkerMessage.parse(payload);
        if (marker == null || !marker.identity().equals(identity)) {
            return;
        }
        if (segment == null && marker.gateway().equals(gateway) && connected && !closed) {
            startNumbering(marker.number());
        } else if (segment != null && marker.number() > numbers.marker()) {
            add(new ChainCall.Roll(numbers.marker(), marker.number(), numbers.counts()), null);
            numbers.startFrom(marker.number());
        }
    }

    /** Whether the log has come to the marker that was drawn last. */
    public boolean settled() {
        return segment != null && segment.settled();
    }

    /** Whether something is to be answered by the log. */
    public boolean waiting() {
        return !sender.isEmpty();
    }

    /**
     * Numbers nothing any more. Completes, without failure, when everything heard is answered, or after as long as calls
     * are held at most.
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
                time.monotonicMillis() + limits.holdMillis());
        numbers.startFrom(number);
        listened.heard(time.monotonicMillis());
        sender.begin(segment);
    }

    private void stopNumbering() {
        epoch++;
        draw.stop();
        watching = false;
        if (segment != null) {
            segment = null;
            listened.stopped(time.monotonicMillis());
        }
    }

    /** What is heard from here on cannot be shown to follow what was heard before. */
    private void breakChain(String reason) {
        LOG.warn("chain broken reason=\"{}\" marker={} current={}", reason, numbers.marker(), current);
        begin();
    }

    /** Somebody went on from a marker that should be heard here soon. */
    private void watch() {
        watching = true;
        int watched = epoch;
        long due = time.monotonicMillis() + limits.holdMillis();
        time.after(limits.holdMillis(), () -> {
            if (watched != epoch) {
                return;
            }
            watching = false;
            // A loop that was held up itself has not read what came meanwhile.
            boolean heldUp = time.monotonicMillis() - due > limits.holdMillis() / 4;
            if (current > numbers.marker() && heldUp) {
                watch();
            } else if (current > numbers.marker()) {
                breakChain("the log is at a marker that was never heard here");
            }
        });
    }

    private void lose() {
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

    private final class Sending implements CallSender.Observer {
        @Override
        public void answered(Segment of, Segment.PendingCall call, ChainCall.Result result) {
            if (result == ChainCall.Result.Status.FIRST && call.whenFirst() != null) {
                call.whenFirst().run();
            } else if (result == ChainCall.Result.Status.AHEAD && of == segment) {
                breakChain("the log went back");
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
            lose();
        }
    }

    /** Hears what a {@link MarkerChain} has to tell, on its event loop. */
    public interface Listener {

        /** The log has come to the marker drawn last: a hole older than now is declared, no stream that opens hears of it. */
        void settled();

        /**
         * Redis does not keep the log that this chain was told of. The chain has forgotten everything and waits for {@link
         * MarkerChain#up} with the identity of the log that is there now.
         */
        void logLost();
    }

    /**
     * The numbers of a {@link MarkerChain}.
     *
     * @param holdMillis how long others get to prove that nothing is missing before a marker
     * @param batchCalls most calls in one script
     * @param batchBytes most bytes in one script, as far as more than one call goes
     * @param keptBytes most bytes of calls that are not answered yet; beyond it the chain is broken on purpose
     */
    public record Limits(long holdMillis, int batchCalls, long batchBytes, long keptBytes) {

        /** Those of the design. */
        public static final Limits DEFAULT = new Limits(1_000, 500, 4 << 20, 64 << 20);
    }
}
