package dev.hermes.gateway.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** One kind of input on its way in, on a thread of its own, until there were as many as it was to bring. */
final class Door {

    private static final int MOST_KEPT = 20;

    /** Makes a way; it is used and closed by one thread. */
    @FunctionalInterface
    interface Opening {
        Way open() throws IOException;
    }

    private final String label;
    private final int share;
    private final int batch;
    private final Opening opening;
    private final Supplier<Source> sources;
    private final AtomicLong taken = new AtomicLong();
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

    /** What may have made a loop slow or a line be logged, which nobody can put down to one input. */
    private volatile List<byte[]> latest = List.of();

    private volatile boolean over;

    /**
     * One that is not open yet.
     *
     * @param share how many in a hundred of all inputs it brings
     * @param batch how many it brings at once
     * @param sources makes a source, on the thread that uses it
     */
    Door(String label, int share, int batch, Opening opening, Supplier<Source> sources) {
        this.label = label;
        this.share = share;
        this.batch = batch;
        this.opening = opening;
        this.sources = sources;
    }

    /** Brings inputs until it has brought its share of so many, or is to end. */
    void bring(Writer writer, long seed, long inputs) {
        try (Way way = opening.open()) {
            Random random = new Random(seed ^ label.hashCode());
            Source source = writer.write(sources);
            long most = inputs * share / 100;
            while (taken.get() < most && !over) {
                bring(way, writer.write(() -> batch(source, random)));
            }
        } catch (IOException | RuntimeException failure) {
            StringBuilder trace = new StringBuilder(label + ": ended by " + failure);
            for (StackTraceElement each : failure.getStackTrace()) {
                trace.append("\n    ").append(each);
            }
            faults.add(trace.toString());
        }
    }

    void end() {
        over = true;
    }

    private List<byte[]> batch(Source source, Random random) {
        List<byte[]> inputs = new ArrayList<>();
        while (inputs.size() < batch) {
            inputs.add(source.next(random));
        }
        return inputs;
    }

    private void bring(Way way, List<byte[]> inputs) throws IOException {
        latest = inputs;
        List<Finding> findings = new ArrayList<>();
        taken.addAndGet(way.send(inputs, findings));
        for (Finding finding : findings) {
            if (faults.size() < MOST_KEPT) {
                faults.add(label + ": " + finding.what() + "\n    kept as "
                        + Corpus.keep(way.name(), label, finding.input()));
            }
        }
    }

    String label() {
        return label;
    }

    long taken() {
        return taken.get();
    }

    List<byte[]> latest() {
        return latest;
    }

    List<String> faults() {
        return List.copyOf(faults);
    }
}
