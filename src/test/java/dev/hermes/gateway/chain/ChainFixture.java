package dev.hermes.gateway.chain;

import static dev.hermes.gateway.fixture.Futures.await;

import dev.hermes.gateway.log.redis.LogScripts;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/** One chain on the thread of the test, with the log in a real Redis, time by hand, and answers that come at once. */
final class ChainFixture implements ChainLog, ChainTime, MarkerChain.Listener {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Timer(long at, long order, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    final LogScripts scripts;
    private final ChainScripts chainScripts;
    final MarkerChain chain;
    final List<ChainCall.Batch> sent = new ArrayList<>();
    final List<String> told = new ArrayList<>();
    final List<Long> drawn = new ArrayList<>();
    final String name;

    /** Whether calls fail, before they reach Redis. */
    boolean refusing;

    /** Whether calls fail after they reached it. */
    boolean losingAnswers;

    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final Deque<Runnable> turn = new ArrayDeque<>();
    private long millis;
    private long order;

    ChainFixture(ChainRedis redis, String name, MarkerChain.Limits limits) {
        this.name = name;
        this.scripts = new LogScripts(redis, ChainRedis.bounds(10_000, 64 << 20));
        this.chainScripts = new ChainScripts(scripts);
        this.chain = new MarkerChain(name, List.of("a", "b:*"), this, this, limits, this::logged, this);
    }

    /** The link is up and its own marker comes back. */
    long join() {
        chain.up(ChainRedis.IDENTITY);
        long marker = drawn.get(drawn.size() - 1);
        hear(this, marker);
        endTurn();
        return marker;
    }

    /** The marker of a gateway is heard here. */
    void hear(ChainFixture gateway, long marker) {
        chain.heardSync(ChainRedis.IDENTITY + " " + marker + " " + gateway.name);
    }

    void hear(String... data) {
        for (String each : data) {
            chain.heard("a", ChainRedis.envelope("a", each));
        }
    }

    void hearAndSend(String... data) {
        hear(data);
        endTurn();
    }

    void endTurn() {
        while (!turn.isEmpty()) {
            turn.remove().run();
        }
    }

    void pass(long duration) {
        long end = millis + duration;
        while (!timers.isEmpty() && timers.element().at() <= end) {
            Timer next = timers.remove();
            millis = next.at();
            next.task().run();
            endTurn();
        }
        millis = end;
    }

    @Override
    public Future<LogScripts.Reply<Long>> draw(
            String identity, List<String> subscriptions, String gateway, Instant now) {
        return answer(() -> {
            LogScripts.Reply<Long> reply = await(chainScripts.draw(identity, subscriptions, gateway, now));
            if (reply instanceof LogScripts.Reply.Given<Long> given) {
                drawn.add(given.value());
            }
            return reply;
        });
    }

    @Override
    public Future<LogScripts.Reply<ChainCall.Answer>> chain(ChainCall.Batch batch) {
        sent.add(batch);
        return answer(() -> await(chainScripts.chain(batch)));
    }

    private <T> Future<T> answer(java.util.function.Supplier<T> call) {
        if (refusing) {
            return Future.failedFuture("refused");
        }
        T reply;
        try {
            reply = call.get();
        } catch (Throwable failure) {
            // An error that Redis answered is no exception.
            return Future.failedFuture(failure);
        }
        return losingAnswers ? Future.failedFuture("lost") : Future.succeededFuture(reply);
    }

    @Override
    public Instant now() {
        return START.plusMillis(millis);
    }

    @Override
    public long monotonicMillis() {
        return millis;
    }

    @Override
    public Runnable after(long delay, Runnable task) {
        Timer timer = new Timer(millis + delay, order++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public void later(Runnable task) {
        turn.add(task);
    }

    private void logged(LogScripts.AppendedRun run) {
        run.own().forEach(one -> told.add("appended " + one.envelope().data()));
    }

    @Override
    public void settled() {
        told.add("settled");
    }

    @Override
    public void logLost() {
        told.add("lost");
    }
}
