package dev.hermes.gateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One thread and its share of a crowd's connections: dials them at their pace, reads, and closes those whose time is up. */
final class Loop implements AutoCloseable {

    private static final int DIALS_PER_TURN = 32;
    private static final int BUFFER_BYTES = 256 * 1_024;
    private static final int PROBLEMS_KEPT = 5;

    private final CrowdPlan plan;
    private final int first;
    private final int step;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final Ear ear = new Ear();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Consumer<SelectionKey> ready = this::ready;
    private final Thread thread;

    // On the loop.
    private final List<Line> lines = new ArrayList<>();
    private final Deque<Line> mortal = new ArrayDeque<>();
    private final List<String> problems = new ArrayList<>();
    private final long startedAt = BenchClock.now();
    private int dialled;
    private int failed;

    private volatile boolean over;

    /**
     * @param first the number of its first connection
     * @param step how far it is from there to the next
     */
    Loop(CrowdPlan plan, int first, int step) {
        this.plan = plan;
        this.first = first;
        this.step = step;
        try {
            selector = Selector.open();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        thread = new Thread(this::run, "crowd-" + first);
        thread.setDaemon(true);
        thread.start();
    }

    Ear ear() {
        return ear;
    }

    /** All that is dialled so far. On the loop. */
    List<Stream> streams() {
        return lines.stream()
                .flatMap(line -> line.connection().streams().stream())
                .toList();
    }

    int failed() {
        return failed;
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    /** What the loop itself finds, when it gets to it. */
    <T> T ask(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        tasks.add(() -> answer.complete(question.get()));
        selector.wakeup();
        return answer.join();
    }

    private void run() {
        try {
            while (!over) {
                boolean busy = dialDue() || !mortal.isEmpty();
                selector.select(ready, busy ? 1 : 100);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                closeDue();
            }
        } catch (IOException | RuntimeException broken) {
            problem(broken);
        }
    }

    private boolean dialDue() {
        int mine = (plan.connections() - first + step - 1) / step;
        double seconds = (BenchClock.now() - startedAt) / 1e9;
        int due = (int) Math.min(mine, Math.ceil(seconds * plan.perSecond() / step));
        for (int turn = 0; dialled < due && turn < DIALS_PER_TURN; turn++) {
            dial(first + step * dialled++);
        }
        return dialled < mine;
    }

    private void dial(int number) {
        try {
            // All of loopback is the same server; each address of it has ports of its own.
            String host = "127.0.0." + (1 + number % plan.addresses());
            Connection connection = plan.dialect().connection(number, ear);
            Line line = Line.dial(connection, new InetSocketAddress(host, plan.port()), selector);
            if (plan.life().isZero()) {
                lines.add(line);
            } else {
                mortal.add(line);
            }
        } catch (IOException refused) {
            problem(refused);
        }
    }

    private void ready(SelectionKey key) {
        Line line = (Line) key.attachment();
        try {
            if (key.isConnectable()) {
                line.greet(key);
            } else {
                line.read(buffer, ear);
            }
        } catch (IOException | RuntimeException broken) {
            line.close();
            problem(broken);
        }
    }

    private void closeDue() {
        long born = BenchClock.now() - plan.life().toNanos();
        for (Line oldest = mortal.peek(); oldest != null && connectedBefore(oldest, born); oldest = mortal.peek()) {
            mortal.remove();
            oldest.close();
        }
    }

    private static boolean connectedBefore(Line line, long time) {
        return !line.isOpen()
                || line.connection().streams().stream()
                        .allMatch(stream -> stream.connectedAt() > 0 && stream.connectedAt() <= time);
    }

    private void problem(Exception broken) {
        failed++;
        if (problems.size() < PROBLEMS_KEPT) {
            problems.add(String.valueOf(broken.getMessage()));
        }
    }

    @Override
    public void close() {
        over = true;
        selector.wakeup();
        try {
            thread.join();
            lines.forEach(Line::close);
            mortal.forEach(Line::close);
            selector.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
