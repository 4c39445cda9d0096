package dev.hermes.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits failed credentials per address: a bucket of {@code perMinute}, refilled evenly over a minute. Thread-safe,
 * one for the process. Remembers at most {@value #MAX_ADDRESSES} addresses; an address that was dropped starts with a
 * full bucket.
 */
public final class FailedCredentialLimiter {

    static final int MAX_ADDRESSES = 50_000;
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final int perMinute;
    private final TimeMeter time;
    private final Cache<String, Bucket> buckets;

    /**
     * @param perMinute how many failed credentials an address may present per minute, at least 1
     * @param nanos a monotonic clock in nanoseconds; a clock that went back would lock addresses out
     */
    public FailedCredentialLimiter(int perMinute, LongSupplier nanos) {
        this.perMinute = perMinute;
        this.time = new Nanoseconds(nanos);
        // A bucket unused for this long is full again, so dropping it changes nothing.
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MAX_ADDRESSES)
                .expireAfterAccess(WINDOW)
                .ticker(time::currentTimeNanos)
                .build();
    }

    /** Counts one failed credential of this address; false if the address has exceeded the limit. */
    public boolean allow(String address) {
        return bucket(address).tryConsume(1);
    }

    /** How long this address should wait, in whole seconds, at least one. Counts nothing. */
    public Duration retryAfter(String address) {
        long nanos = bucket(address).estimateAbilityToConsume(1).getNanosToWaitForRefill();
        long secondInNanos = TimeUnit.SECONDS.toNanos(1);
        return Duration.ofSeconds(Math.max(1, (nanos + secondInNanos - 1) / secondInNanos));
    }

    /** The number of addresses remembered now. */
    long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private Bucket bucket(String address) {
        return buckets.get(
                address,
                unseen -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, WINDOW))
                        .withCustomTimePrecision(time)
                        .build());
    }

    private record Nanoseconds(LongSupplier nanos) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            return nanos.getAsLong();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
