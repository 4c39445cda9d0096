package dev.hermes.gateway.bench;

import java.util.function.LongToIntFunction;

/**
 * What the events say.
 *
 * @param prefix of the download's id, before the key
 * @param bytes how long the data is, near enough
 * @param keys the key of each event, by its number
 */
record EventData(String prefix, int bytes, LongToIntFunction keys) {

    /** Of all there is around the padding. */
    private static final int FRAME_BYTES = 110;

    static EventData ofOneKey(int bytes) {
        return new EventData("d", bytes, number -> 0);
    }

    static EventData ofKeysAtRandom(int bytes, int keys) {
        return new EventData("d", bytes, number -> Math.floorMod(mix(number), keys));
    }

    static EventData ofKeysInTurns(String prefix, int bytes, int keys) {
        return new EventData(prefix, bytes, number -> Math.floorMod(number, keys));
    }

    String padding() {
        return "x".repeat(Math.max(0, bytes - FRAME_BYTES));
    }

    /** The same events in every run, in no order that anything could profit from. */
    private static long mix(long number) {
        long mixed = (number + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        return mixed ^ mixed >>> 31;
    }
}
