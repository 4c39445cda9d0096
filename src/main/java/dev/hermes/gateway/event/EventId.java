package dev.hermes.gateway.event;

import org.jspecify.annotations.Nullable;

/**
 * The position of one entry in a log. As text {@code <ms>-<seq>} in a Redis log and {@code m<epoch>-<seq>} in a
 * memory log. Both numbers are unsigned 64-bit, as in Redis: never compare them with {@code <}.
 *
 * @param memory whether the id belongs to a memory log
 * @param major milliseconds, or the memory log's epoch; unsigned
 * @param minor the number within {@code major}; unsigned
 */
public record EventId(boolean memory, long major, long minor) implements Comparable<EventId> {

    private static final char MEMORY_MARK = 'm';
    private static final char SEPARATOR = '-';
    private static final int MAX_DIGITS = "18446744073709551615".length();
    private static final int MAX_LENGTH = 1 + MAX_DIGITS + 1 + MAX_DIGITS;
    private static final long LAST_THAT_TAKES_A_DIGIT = Long.divideUnsigned(-1, 10);

    /**
     * Reads exactly the text form that {@link #toString()} writes, so that two texts are equal if and only if the ids
     * are.
     *
     * @return null for any other text: leading zeros, signs, blanks, digits beyond ASCII, more than 64 bits
     */
    public static @Nullable EventId parse(String text) {
        int length = text.length();
        if (length < 3 || length > MAX_LENGTH) {
            return null;
        }
        boolean memory = text.charAt(0) == MEMORY_MARK;
        int start = memory ? 1 : 0;
        int separator = text.indexOf(SEPARATOR, start);
        if (!isNumber(text, start, separator) || !isNumber(text, separator + 1, length)) {
            return null;
        }
        return new EventId(
                memory,
                Long.parseUnsignedLong(text, start, separator, 10),
                Long.parseUnsignedLong(text, separator + 1, length, 10));
    }

    private static boolean isNumber(String text, int start, int end) {
        int digits = end - start;
        if (digits < 1 || digits > MAX_DIGITS || (digits > 1 && text.charAt(start) == '0')) {
            return false;
        }
        long value = 0;
        for (int index = start; index < end; index++) {
            int digit = text.charAt(index) - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(value, LAST_THAT_TAKES_A_DIGIT) > 0) {
                return false;
            }
            long next = value * 10 + digit;
            if (Long.compareUnsigned(next, value * 10) < 0) {
                return false;
            }
            value = next;
        }
        return true;
    }

    /**
     * Orders the ids of one log: the later is the greater. The order between ids of different logs means nothing; it
     * only agrees with {@code equals}.
     */
    @Override
    public int compareTo(EventId other) {
        int byMajor = Long.compareUnsigned(major, other.major);
        if (byMajor != 0) {
            return byMajor;
        }
        int byMinor = Long.compareUnsigned(minor, other.minor);
        return byMinor != 0 ? byMinor : Boolean.compare(memory, other.memory);
    }

    /** Whether this id stands after {@code other} in their log. */
    public boolean isAfter(EventId other) {
        return compareTo(other) > 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(MAX_LENGTH);
        if (memory) {
            text.append(MEMORY_MARK);
        }
        return append(append(text, major).append(SEPARATOR), minor).toString();
    }

    private static StringBuilder append(StringBuilder text, long unsigned) {
        // Appending a long creates no garbage; the text of a number above 2^63 does.
        return unsigned >= 0 ? text.append(unsigned) : text.append(Long.toUnsignedString(unsigned));
    }
}
