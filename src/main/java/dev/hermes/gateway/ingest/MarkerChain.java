package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.log.ChainCall;
import dev.hermes.gateway.log.ChainLog;
import dev.hermes.gateway.log.ChainResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.List;
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
    private final MarkerChainTime time;
    private final MarkerChainLimits limits;
    private final MarkerChainListener listener;
    private final MarkerChainSender sender;
    private final MarkerChainDraw draw;
    private final MarkerChainNumbers numbers;
    private @Nullable String identity;
    private boolean connected;
    /** Only then does {@link #up} go on: in any other case nobody knows what was not heard. */
    private boolean held;

    private boolean closed;
    private final Promise<Void> drained = Promise.promise();
    private int epoch;
    /** What is numbered now; null until a marker of its own is heard. */
    private @Nullable MarkerChainStretch stretch;
    /** The newest marker that the log is known to have come to. */
    private long current;

    private boolean watching;
    private final MarkerChainListened listened = new MarkerChainListened();

    /**
     * @param gateway a name of this gateway that no other has, without spaces
     * @param subscriptions every exact name and glob that is subscribed, each once
     */
    public MarkerChain(
            String gateway,
            List<String> subscriptions,
            ChainLog log,
            MarkerChainTime time,
            MarkerChainLimits limits,
            MarkerChainListener listener) {
        this.gateway = gateway;
        this.time = time;
        this.limits = limits;
        this.listener = listener;
        List<String> all = List.copyOf(subscriptions);
        this.numbers = new MarkerChainNumbers(all);
        this.sender = new MarkerChainSender(log, time, limits, all, listener::logged, new Sending());
        this.draw = new MarkerChainDraw(log, time, gateway, all, this::lose);
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
        if (stretch != null) {
            int place = numbers.place(subscription);
            add(new ChainCall.Append(numbers.marker(), place, numbers.next(place), envelope), null);
        }
    }

    /**
     * The next message of a subscription is no event.
     *
     * @param keep run on this loop if no other gateway was first to see it; not at all if that cannot be known
     */
    public void heardRejected(String subscription, Runnable keep) {
        assertOwnerLoop();
        if (stretch != null) {
            int place = numbers.place(subscription);
            add(new ChainCall.Reject(numbers.marker(), place, numbers.next(place)), keep);
        }
    }

    /** A message on {@code hermes:gateway:sync}; those of other logs are no concern of this one. */
    public void heardSync(String payload) {
        assertOwnerLoop();
        MarkerChainSync marker = MarkerChainSync.parse(payload);
        if (marker == null || !marker.identity().equals(identity)) {
            return;
        }
        if (stretch == null && marker.gateway().equals(gateway) && connected && !closed) {
            startNumbering(marker.number());
        } else if (stretch != null && marker.number() > numbers.marker()) {
            add(new ChainCall.Roll(numbers.marker(), marker.number(), numbers.counts()), null);
            numbers.startFrom(marker.number());
        }
    }

    /** Whether the log has come to the marker that was drawn last. */
    public boolean settled() {
        return stretch != null && stretch.settled();
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
        stretch = new MarkerChainStretch(
                new ChainCall.Start(number, listened.until(now, time.monotonicMillis()), now),
                time.monotonicMillis() + limits.holdMillis());
        numbers.startFrom(number);
        listened.heard(time.monotonicMillis());
        sender.begin(stretch);
    }

    private void stopNumbering() {
        epoch++;
        draw.stop();
        watching = false;
        if (stretch != null) {
            stretch = null;
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
        sender.add(new MarkerChainCall(call, time.now(), now, whenFirst));
        if (sender.bytes() > limits.keptBytes()) {
            giveUp();
            breakChain("more than " + limits.keptBytes() + " bytes wait for the log");
        }
    }

    private void assertOwnerLoop() {
        assert Thread.currentThread() == ownerThread : "called off the event loop that owns the chain";
    }

    private final class Sending implements MarkerChainSender.Observer {
        @Override
        public void answered(MarkerChainStretch of, MarkerChainCall call, ChainResult result) {
            if (result == ChainResult.Status.FIRST && call.whenFirst() != null) {
                call.whenFirst().run();
            } else if (result == ChainResult.Status.AHEAD && of == stretch) {
                breakChain("the log went back");
            }
        }

        @Override
        public void settled(MarkerChainStretch of) {
            if (of == stretch) {
                listener.settled();
            }
        }

        @Override
        public void current(long newest) {
            current = newest;
            if (newest > numbers.marker() && stretch != null && !watching) {
                watch();
            }
            finishIfDrained();
        }

        @Override
        public void noState() {
            lose();
        }
    }
}
