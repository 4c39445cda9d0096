package dev.hermes.gateway.chain;

import dev.hermes.gateway.log.redis.AppendedRun;
import dev.hermes.gateway.log.redis.LogScripts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings calls to the log: in order, one batch under way, the same ones again until they are answered. Calls of a segment
 * whose marker the log has not come to are held, and so is what follows. Owned by the chain's loop.
 */
final class CallSender {

    /** What becomes of it, told on the loop. */
    interface Observer {

        /** The log answered a call. */
        void answered(Segment segment, Segment.PendingCall call, ChainCall.Result result);

        /** The log has come to the segment's marker. */
        void settled(Segment segment);

        /** The newest marker that the log has come to, after each answer. */
        void current(long marker);

        /** The log is another one. */
        void noState();
    }

    private static final Logger LOG = LoggerFactory.getLogger(CallSender.class);

    private static final long FIRST_RETRY_MILLIS = 50;
    private static final long LAST_RETRY_MILLIS = 1_000;

    /** How often, within the time it holds, it asks whether the log has come to the marker. */
    private static final int LOOKS_WHILE_HOLDING = 40;

    private final ChainLog log;
    private final ChainTime time;
    private final MarkerChain.Limits limits;
    private final List<String> subscriptions;
    private final Consumer<AppendedRun> logged;
    private final Observer observer;

    private final Deque<Segment> stretches = new ArrayDeque<>();
    private @Nullable String identity;
    private boolean busy;
    private boolean turnComes;
    private long retryMillis = FIRST_RETRY_MILLIS;
    private Runnable cancelTimer = () -> {};

    /** Counts up whenever answers that are still to come are of no interest any more. */
    private int epoch;

    /** @param logged is told what calls have appended, before what became of each call */
    CallSender(
            ChainLog log,
            ChainTime time,
            MarkerChain.Limits limits,
            List<String> subscriptions,
            Consumer<AppendedRun> logged,
            Observer observer) {
        this.log = log;
        this.time = time;
        this.limits = limits;
        this.subscriptions = subscriptions;
        this.logged = logged;
        this.observer = observer;
    }

    /** From now on calls go to this log, those kept first. */
    void resume(String logIdentity) {
        pause();
        identity = logIdentity;
        send();
    }

    /** From now on nothing is sent; what is not answered is kept. */
    void pause() {
        identity = null;
        epoch++;
        busy = false;
        retryMillis = FIRST_RETRY_MILLIS;
        cancelTimer.run();
    }

    /** Forgets all calls. */
    void forget() {
        stretches.clear();
        epoch++;
        busy = false;
        cancelTimer.run();
    }

    boolean isEmpty() {
        return stretches.stream().allMatch(segment -> segment.isEmpty() && segment.settled());
    }

    /** What the calls that are not answered hold. */
    long bytes() {
        return stretches.stream().mapToLong(Segment::bytes).sum();
    }

    /** When the oldest call was heard that is not answered, by the monotonic clock, or null. */
    @Nullable
    Long oldest() {
        for (Segment segment : stretches) {
            if (!segment.isEmpty()) {
                return segment.oldest(1, 1).get(0).heardMillis();
            }
        }
        return null;
    }

    void begin(Segment segment) {
        stretches.add(segment);
        comeBack();
    }

    /** Another call, to the segment begun last. Sent when this turn of the loop is over. */
    void add(Segment.PendingCall call) {
        stretches.getLast().add(call);
        comeBack();
    }

    private void comeBack() {
        if (!turnComes) {
            turnComes = true;
            time.later(() -> {
                turnComes = false;
                send();
            });
        }
    }

    private void send() {
        while (stretches.size() > 1
                && stretches.getFirst().settled()
                && stretches.getFirst().isEmpty()) {
            stretches.removeFirst();
        }
        if (busy || identity == null || stretches.isEmpty()) {
            return;
        }
        Segment segment = stretches.getFirst();
        if (!segment.settled()) {
            settle(segment, identity);
        } else if (!segment.isEmpty()) {
            List<Segment.PendingCall> calls = segment.oldest(limits.batchCalls(), limits.batchBytes());
            ChainCall.Batch batch = new ChainCall.Batch(
                    identity,
                    subscriptions,
                    calls.stream().map(Segment.PendingCall::call).toList(),
                    calls.get(calls.size() - 1).heardAt());
            run(batch, answer -> {
                segment.remove(calls.size());
                logged.accept(run(batch.identity(), calls, answer));
                for (int index = 0; index < calls.size(); index++) {
                    observer.answered(
                            segment, calls.get(index), answer.results().get(index));
                }
            });
        }
    }

    private void settle(Segment segment, String log) {
        ChainCall.Start start = segment.start();
        boolean due = time.monotonicMillis() >= segment.deadlineMillis();
        ChainCall call = due ? start : new ChainCall.Query(start.marker());
        run(new ChainCall.Batch(log, subscriptions, List.of(call), start.to()), answer -> {
            logged.accept(new AppendedRun(log, null, List.of(), time.monotonicMillis(), answer.newest()));
            ChainCall.Result result = answer.results().get(0);
            if (result == ChainCall.Result.Status.WAITING) {
                sendAfter(Math.max(1, limits.holdMillis() / LOOKS_WHILE_HOLDING));
                return;
            }
            if (result instanceof ChainCall.Result.Appended gap) {
                LOG.warn("hole declared id={} marker={} to={}", gap.id(), start.marker(), start.to());
            }
            segment.settle();
            observer.settled(segment);
        });
    }

    private static AppendedRun run(String identity, List<Segment.PendingCall> calls, ChainCall.Answer answer) {
        List<AppendedRun.Own> own = new ArrayList<>(answer.appended());
        for (int index = 0; index < calls.size(); index++) {
            if (answer.results().get(index) instanceof ChainCall.Result.Appended appended
                    && calls.get(index).call() instanceof ChainCall.Append append) {
                own.add(new AppendedRun.Own(appended.id(), append.envelope()));
            }
        }
        return new AppendedRun(
                identity,
                own.size() == answer.appended() ? answer.before() : null,
                own,
                calls.get(0).heardMillis(),
                answer.newest());
    }

    private void run(ChainCall.Batch batch, Consumer<ChainCall.Answer> then) {
        int asked = epoch;
        busy = true;
        log.chain(batch)
                .onComplete(
                        reply -> {
                            if (asked == epoch) {
                                answer(reply, then);
                            }
                        },
                        failure -> {
                            if (asked == epoch) {
                                retry(failure);
                            }
                        });
    }

    private void answer(LogScripts.Reply<ChainCall.Answer> reply, Consumer<ChainCall.Answer> then) {
        busy = false;
        retryMillis = FIRST_RETRY_MILLIS;
        if (reply instanceof LogScripts.Reply.Given<ChainCall.Answer> given) {
            then.accept(given.value());
            observer.current(given.value().current());
            send();
        } else {
            observer.noState();
        }
    }

    /** Whatever happened, the same calls again can do no harm. */
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
