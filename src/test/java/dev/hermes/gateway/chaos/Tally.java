package dev.hermes.gateway.chaos;

/** What became of the events that were published while one kind of fault reigned. One thread. */
final class Tally {

    long published;
    long due;
    long once;
    long repeated;
    long declared;
    long silent;
    long disordered;
    long gaps;

    void add(Tally other) {
        published += other.published;
        due += other.due;
        once += other.once;
        repeated += other.repeated;
        declared += other.declared;
        silent += other.silent;
        disordered += other.disordered;
        gaps += other.gaps;
    }
}
