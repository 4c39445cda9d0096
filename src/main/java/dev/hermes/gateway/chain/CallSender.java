package dev.hermes.gateway.chain;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.loop.Generation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends calls to the log: in order, one batch at a time, and the same batch again until the log answers it. Calls of
 * a segment wait, with all later ones, until the log has reached the segment's marker. Owned by the chain's loop.
 */
final class CallSender {

    /** Learns what became of the calls; called on the chain's loop. */
    interface Observer {

        /** The log has reached the segment's marker. */
        void settled(Segment segment);

        /**
         * The log does not go on from the marker of this segment.
         *
         * @param heardMillis when the message was heard that it did not take for that, if there was one
         */
        void ahead(Segment segment, @Nullable Long heardMillis);

        /** The newest marker that the log has reached; called after each answer. */
        void current(long marker);

        /** Redis holds another log now. */
        void noState();
    }

    private static final Logger LOG = LoggerFactory.getLogger(CallSender.class);

    private static final long FIRST_RETRY_MILLIS = 50;
    private static final long LAST_RETRY_MILLIS = 1_000;

    /** How often, while calls wait, it asks whether the log has reached the marker. */
    private static final int LOOKS_WHILE_HOLDING = 40;

    private final ChainLog log;
    private final ChainTime time;
    private final MarkerChain.Limits limits;
    private final List<String> subscriptions;
    private final Consumer<LogScripts.AppendedRun> logged;
    private final Observer observer;

    private final Deque<Segment> segments = new ArrayDeque<>();
    private @Nullable String identity;

    /** The newest entry that the log was said to have, and in which log. */
    private @Nullable EventId told;

    private @Nullable String toldOf;

    private boolean busy;
    private boolean sendScheduled;
    private long retryMillis = FIRST_RETRY_MILLIS;
    private Runnable cancelTimer = () -> {};

    /** Makes all answers still to come count for nothing. */
    private final Generation sending = new Generation();

    /** @param logged is given the events that calls have appended, before the observer learns of each call */
    CallSender(
            ChainLog log,
            ChainTime time,
            MarkerChain.Limits limits,
            List<String> subscriptions,
            Consumer<LogScripts.AppendedRun> logged,
            Observer observer) {
        this.log = log;
        this.time = time;
        this.limits = limits;
        this.subscriptions = subscriptions;
        this.logged = logged;
        this.observer = observer;
    }

    /** Sends to this log from now on, beginning with the calls that were kept. */
    void resume(String logIdentity) {
        pause();
        identity = logIdentity;
        told = logIdentity.equals(toldOf) ? told : null;
        send();
    }

    /** Sends nothing from now on; unanswered calls are kept. */
    void pause() {
        identity = null;
        sending.next();
        busy = false;
        retryMillis = FIRST_RETRY_MILLIS;
        cancelTimer.run();
    }

    /** Forgets all calls. */
    void forget() {
        segments.clear();
        sending.next();
        busy = false;
        cancelTimer.run();
    }

    boolean isEmpty() {
        return segments.stream().allMatch(segment -> segment.isEmpty() && segment.settled());
    }

    /** How many calls are unanswered. */
    int calls() {
        return segments.stream().mapToInt(Segment::size).sum();
    }

    /** The memory that unanswered calls take, in bytes. */
    long bytes() {
        return segments.stream().mapToLong(Segment::bytes).sum();
    }

    /**
     * When the message of the oldest unanswered call was heard, by the monotonic clock; null if there is no such
     * call.
     */
    @Nullable
    Long oldest() {
        for (Segment segment : segments) {
            if (!segment.isEmpty()) {
                return segment.oldest(1, 1).get(0).heardMillis();
            }
        }
        return null;
    }

    void begin(Segment segment) {
        segments.add(segment);
        scheduleSend();
    }

    /** Adds a call to the segment begun last. It is sent after the current turn of the loop. */
    void add(Segment.PendingCall call) {
        segments.getLast().add(call);
        scheduleSend();
    }

    private void scheduleSend() {
        if (!sendScheduled) {
            sendScheduled = true;
            time.later(() -> {
                sendScheduled = false;
                send();
            });
        }
    }

    private void send() {
        while (segments.size() > 1
                && segments.getFirst().settled()
                && segments.getFirst().isEmpty()) {
            segments.removeFirst();
        }
        if (busy || identity == null || segments.isEmpty()) {
            return;
        }
        Segment segment = segments.getFirst();
        if (!segment.settled()) {
            settle(segment, identity);
        } else if (!segment.isEmpty()) {
            List<Segment.PendingCall> calls = segment.oldest(limits.batchCalls(), limits.batchBytes());
            ChainCall.Batch batch = new ChainCall.Batch(
                    identity,
                    subscriptions,
                    calls.stream().map(Segment.PendingCall::call).toList(),
                    calls.get(calls.size() - 1).heardAt(),
                    told);
            call(batch, answer -> {
                segment.remove(calls.size());
                logged.accept(appendedRun(batch.identity(), calls, answer));
                for (int index = 0; index < calls.size(); index++) {
                    answered(segment, calls.get(index), answer.results().get(index));
                }
            });
        }
    }

    private void settle(Segment segment, String log) {
        ChainCall.Start start = segment.start();
        boolean due = time.monotonicMillis() >= segment.deadlineMillis();
        ChainCall call = due ? start : new ChainCall.Query(start.marker());
        call(new ChainCall.Batch(log, subscriptions, List.of(call), start.to(), told), answer -> {
            logged.accept(new LogScripts.AppendedRun(log, null, List.of(), time.monotonicMillis(), answer.newest()));
            ChainCall.Result result = answer.results().get(0);
            if (result == ChainCall.Result.Status.WAITING) {
                sendAfter(Math.max(1, limits.holdMillis() / LOOKS_WHILE_HOLDING));
                return;
            }
            if (result instanceof ChainCall.Result.Appended gap) {
                LOG.warn("hole declared id={} marker={} to={}", gap.id(), start.marker(), start.to());
            }
            segment.settle();
            if (result == ChainCall.Result.Status.AHEAD) {
                observer.ahead(segment, null);
            } else {
                observer.settled(segment);
            }
        });
    }

    private void answered(Segment segment, Segment.PendingCall call, ChainCall.Result result) {
        if (result == ChainCall.Result.Status.FIRST && call.whenFirst() != null) {
            call.whenFirst().run();
        } else if (result == ChainCall.Result.Status.AHEAD) {
            observer.ahead(segment, call.heardMillis());
        }
    }

    private static LogScripts.AppendedRun appendedRun(
            String identity, List<Segment.PendingCall> calls, ChainCall.Answer answer) {
        List<LogScripts.AppendedRun.Own> own = new ArrayList<>(answer.appended());
        for (int index = 0; index < calls.size(); index++) {
            if (answer.results().get(index) instanceof ChainCall.Result.Appended appended
                    && calls.get(index).call() instanceof ChainCall.Append append) {
                own.add(new LogScripts.AppendedRun.Own(appended.id(), append.envelope()));
            }
        }
        return new LogScripts.AppendedRun(
                identity,
                own.size() == answer.appended() ? answer.before() : null,
                own,
                calls.get(0).heardMillis(),
                answer.newest());
    }

    private void call(ChainCall.Batch batch, Consumer<ChainCall.Answer> then) {
        int asked = sending.current();
        busy = true;
        log.chain(batch)
                .onComplete(
                        reply -> {
                            if (sending.isCurrent(asked)) {
                                answer(reply, then);
                            }
                        },
                        failure -> {
                            if (sending.isCurrent(asked)) {
                                retry(failure);
                            }
                        });
    }

    private void answer(LogScripts.Reply<ChainCall.Answer> reply, Consumer<ChainCall.Answer> then) {
        busy = false;
        retryMillis = FIRST_RETRY_MILLIS;
        if (reply instanceof LogScripts.Reply.Given<ChainCall.Answer> given) {
            told = given.value().newest();
            toldOf = identity;
            then.accept(given.value());
            observer.current(given.value().current());
            send();
        } else {
            observer.noState();
        }
    }

    /** Sends the same calls again, which is safe after any failure. */
    private void retry(Throwable failure) {
        if (retryMillis == FIRST_RETRY_MILLIS) {
            LOG.warn("log did not take calls kept_bytes={} failure=\"{}\"", bytes(), failure.getMessage());
        }
        sendAfter(retryMillis);
        retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
    }

    private void sendAfter(long millis) {
        busy = true;
        cancelTimer = time.after(millis, () -> {
            busy = false;
            send();
        });
    }
}
