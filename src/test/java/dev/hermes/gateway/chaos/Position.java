package dev.hermes.gateway.chaos;

import org.jspecify.annotations.Nullable;

/** An id as the contract has it: two numbers, later is greater. */
record Position(long millis, long sequence) implements Comparable<Position> {

    static Position parse(String text) {
        int dash = text.indexOf('-');
        return new Position(
                Long.parseUnsignedLong(text, 0, dash, 10), Long.parseUnsignedLong(text, dash + 1, text.length(), 10));
    }

    static @Nullable Position parseOrNull(@Nullable String text) {
        return text == null ? null : parse(text);
    }

    @Override
    public int compareTo(Position other) {
        int byMillis = Long.compareUnsigned(millis, other.millis);
        return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
    }

    boolean isAfter(Position other) {
        return compareTo(other) > 0;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
