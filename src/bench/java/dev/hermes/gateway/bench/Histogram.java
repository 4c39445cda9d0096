package dev.hermes.gateway.bench;

/** Counts durations in buckets less than 1 % wide. Recording allocates nothing. One thread at a time. */
final class Histogram {

    private static final int PRECISION_BITS = 7;
    private static final int BUCKETS_PER_POWER = 1 << PRECISION_BITS;

    private final long[] counts = new long[(Long.SIZE - PRECISION_BITS) * BUCKETS_PER_POWER];
    private long count;
    private long max;

    void record(long nanos) {
        long value = Math.max(0, nanos);
        counts[bucket(value)]++;
        count++;
        max = Math.max(max, value);
    }

    void add(Histogram other) {
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] += other.counts[bucket];
        }
        count += other.count;
        max = Math.max(max, other.max);
    }

    long count() {
        return count;
    }

    /** The least value that {@code percent} of all are at or below; 0 when there are none. */
    long nanosAt(double percent) {
        long rank = Math.max(1, (long) Math.ceil(count * percent / 100));
        if (rank >= count) {
            return max;
        }
        long seen = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            seen += counts[bucket];
            if (seen >= rank) {
                return middle(bucket);
            }
        }
        return max;
    }

    double millisAt(double percent) {
        return nanosAt(percent) / 1e6;
    }

    private static int bucket(long value) {
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(value | 1);
        if (power < PRECISION_BITS) {
            return (int) value;
        }
        int shift = power - PRECISION_BITS;
        return (shift + 1) * BUCKETS_PER_POWER + (int) (value >>> shift) - BUCKETS_PER_POWER;
    }

    private static long middle(int bucket) {
        int power = bucket / BUCKETS_PER_POWER;
        if (power == 0) {
            return bucket;
        }
        int shift = power - 1;
        long least = (long) (bucket % BUCKETS_PER_POWER + BUCKETS_PER_POWER) << shift;
        return least + (1L << shift) / 2;
    }
}
