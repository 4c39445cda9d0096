package dev.hermes.gateway.event;

import org.jspecify.annotations.Nullable;

/** placeholder */
public record EventId(boolean memory, long major, long minor) implements Comparable<EventId> {

    @Override
    public int compareTo(EventId other) {
        int byMajor = Long.compareUnsigned(major, other.major);
        return byMajor != 0 ? byMajor : Long.compareUnsigned(minor, other.minor);
    }

    public static @Nullable EventId parse(String text) {
        return null;
    }
}
