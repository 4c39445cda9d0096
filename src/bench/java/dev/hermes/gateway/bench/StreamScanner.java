package dev.hermes.gateway.bench;

import java.nio.ByteBuffer;

/**
 * Finds what matters in the bytes of one stream, however they are cut: the names of events and, in their data, {@code
 * "t":} followed by a number. Looks at each byte once and allocates nothing.
 */
abstract class StreamScanner {

    private static final byte[] TIME = {'"', 't', '"', ':'};
    private static final byte[] NAME = {'\n', 'e', 'v', 'e', 'n', 't', ':', ' '};
    private static final int NAME_BYTES = 3;

    private enum State {
        TEXT,
        IN_TIME,
        DIGITS,
        IN_NAME,
        LETTERS
    }

    private State state = State.TEXT;
    private int matched;
    private long value;

    /** A number behind {@code "t":} was complete. */
    abstract void onTime(long time);

    /**
     * An event began.
     *
     * @param name see {@link #name}
     */
    abstract void onName(int name);

    /** The first letters of an event's name, by which those that matter differ. */
    static int name(String event) {
        int name = 0;
        for (int at = 0; at < NAME_BYTES; at++) {
            name = name << Byte.SIZE | event.charAt(at);
        }
        return name;
    }

    final void scan(ByteBuffer bytes) {
        for (int at = bytes.position(), end = bytes.limit(); at < end; at++) {
            byte next = bytes.get(at);
            if (state != State.TEXT) {
                step(next);
            } else if (next == TIME[0] || next == NAME[0]) {
                begin(next);
            }
        }
        bytes.position(bytes.limit());
    }

    private void begin(byte next) {
        matched = 1;
        value = 0;
        state = next == TIME[0] ? State.IN_TIME : next == NAME[0] ? State.IN_NAME : State.TEXT;
    }

    private void step(byte next) {
        switch (state) {
            case IN_TIME -> advance(TIME, next, State.DIGITS);
            case IN_NAME -> advance(NAME, next, State.LETTERS);
            case DIGITS -> digit(next);
            case LETTERS -> letter(next);
            case TEXT -> begin(next);
        }
    }

    private void advance(byte[] pattern, byte next, State then) {
        if (next != pattern[matched]) {
            begin(next);
        } else if (++matched == pattern.length) {
            matched = 0;
            state = then;
        }
    }

    private void digit(byte next) {
        if (next >= '0' && next <= '9') {
            value = value * 10 + next - '0';
        } else if (value != 0) {
            onTime(value);
            begin(next);
        } else if (next != ' ') {
            begin(next);
        }
    }

    private void letter(byte next) {
        value = value << Byte.SIZE | next;
        if (++matched == NAME_BYTES) {
            onName((int) value);
            state = State.TEXT;
        }
    }
}
