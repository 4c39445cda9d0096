package dev.hermes.gateway.bench;

/** One load, and how it is measured. */
interface Scenario {

    /** As {@code bench.only} takes it. */
    String name();

    /** What it does, in a sentence for the report. */
    String about();

    void run(BenchSettings settings, Outcome outcome);
}
