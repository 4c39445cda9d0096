package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamDeadlinesTest {

    private static final Instant WALL = Instant.parse("2026-01-01T00:00:00Z");
    private static final long NOW = 1_000_000;

    private static StreamDeadlines times(@Nullable Duration leaseLeft, boolean revocable, Duration timeout) {
        return times(leaseLeft == null ? null : WALL.plus(leaseLeft), revocable, timeout, 1);
    }

    private static StreamDeadlines times(@Nullable Instant leaseEnds, boolean revocable, Duration timeout, long seed) {
        Settings.Streams settings = new Settings.Streams(
                Duration.ofSeconds(30), 10, Settings.Streams.Shares.UNLIMITED, timeout, Duration.ofSeconds(60), 1_000);
        return new StreamDeadlines.DeadlineFactory(settings, new Random(seed))
                .forStream(new HubFixture.TestLease(leaseEnds, revocable), NOW, WALL);
    }

    /** When the warning comes, from now. */
    private static long warnedAfter(StreamDeadlines times) {
        return LongStream.range(0, 1_000_000)
                .filter(after -> times.takeWarning(NOW + after))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theFirstHeartbeatIsSpreadOverTheSecondHalfOfTheInterval() {
        List<Long> firsts = LongStream.range(0, 200)
                .map(seed -> times(null, false, Duration.ZERO, seed).next() - NOW)
                .boxed()
                .toList();
        assertThat(firsts).allMatch(first -> first >= 15_000 && first <= 30_000);
        assertThat(Set.copyOf(firsts).size()).isGreaterThan(150);
    }

    @Test
    void heartbeatsFollowAtTheInterval() {
        StreamDeadlines times = times((Duration) null, false, Duration.ZERO);
        long first = times.next();

        assertThat(times.takeHeartbeat(first - 1)).isFalse();
        assertThat(times.takeHeartbeat(first)).isTrue();
        assertThat(times.takeHeartbeat(first)).isFalse();
        assertThat(times.next()).isEqualTo(first + 30_000);
        assertThat(times.takeHeartbeat(first + 30_040)).isTrue();
        assertThat(times.next()).isEqualTo(first + 60_000);
    }

    @Test
    void whatAPauseHasSwallowedIsNotMadeUpFor() {
        StreamDeadlines times = times((Duration) null, false, Duration.ZERO);
        long late = times.next() + 3_600_000;
        assertThat(times.takeHeartbeat(late)).isTrue();
        assertThat(times.next()).isEqualTo(late + 30_000);
    }

    @Test
    void warnsAMinuteBeforeTheEnd() {
        assertThat(warnedAfter(times(Duration.ofMinutes(10), false, Duration.ZERO)))
                .isEqualTo(540_000);
        assertThat(warnedAfter(times(Duration.ofMinutes(2), false, Duration.ZERO)))
                .isEqualTo(60_000);
    }

    @Test
    void warnsAtHalfOfWhatIsLeftWhenThatIsLessThanTwoMinutes() {
        assertThat(warnedAfter(times(Duration.ofSeconds(119), false, Duration.ZERO)))
                .isEqualTo(59_500);
        assertThat(warnedAfter(times(Duration.ofSeconds(10), false, Duration.ZERO)))
                .isEqualTo(5_000);
    }

    @Test
    void warnsOnce() {
        StreamDeadlines times = times(Duration.ofSeconds(10), false, Duration.ZERO);
        assertThat(times.takeWarning(NOW + 5_000)).isTrue();
        assertThat(times.takeWarning(NOW + 6_000)).isFalse();
    }

    @Test
    void endsWithTheLease() {
        StreamDeadlines times = times(Duration.ofSeconds(10), false, Duration.ZERO);
        assertThat(times.end(NOW + 9_999)).isNull();
        assertThat(times.end(NOW + 10_000)).isEqualTo(SseStream.CloseReason.TOKEN_EXPIRED);
    }

    @Test
    void endsAtOnceWhenTheLeaseHasEndedAlready() {
        assertThat(times(Duration.ofSeconds(-10), false, Duration.ZERO).end(NOW))
                .isEqualTo(SseStream.CloseReason.TOKEN_EXPIRED);
    }

    @Test
    void aLeaseOfTheFarthestFutureNeverEnds() {
        StreamDeadlines times = times(Instant.MAX, false, Duration.ZERO, 1);
        assertThat(times.end(Long.MAX_VALUE - 1)).isNull();
        assertThat(times.takeWarning(Long.MAX_VALUE - 1)).isFalse();
    }

    @Test
    void theConnectionTimeoutVariesByTenPercentEitherWay() {
        List<Long> ends = LongStream.range(0, 500)
                .map(seed -> {
                    StreamDeadlines times = times(null, false, Duration.ofSeconds(10), seed);
                    return LongStream.rangeClosed(8_000, 12_000)
                            .filter(after -> times.end(NOW + after) == SseStream.CloseReason.CONNECTION_TIMEOUT)
                            .findFirst()
                            .orElseThrow();
                })
                .boxed()
                .toList();
        assertThat(ends).allMatch(end -> end >= 9_000 && end <= 11_000);
        assertThat(Collections.min(ends)).isLessThan(9_200);
        assertThat(Collections.max(ends)).isGreaterThan(10_800);
    }

    @Test
    void withoutATimeoutNothingEndsIt() {
        assertThat(times((Duration) null, true, Duration.ZERO).end(Long.MAX_VALUE - 1))
                .isNull();
    }

    @Test
    void theEarlierOfTwoEndsHolds() {
        StreamDeadlines times = times((Duration) null, false, Duration.ZERO);
        times.endAt(NOW + 500, SseStream.CloseReason.SERVER_SHUTDOWN);
        times.endAt(NOW + 900, SseStream.CloseReason.DISABLED);
        assertThat(times.next()).isEqualTo(NOW + 500);
        assertThat(times.end(NOW + 1_000)).isEqualTo(SseStream.CloseReason.SERVER_SHUTDOWN);
    }

    @Test
    void onlyRevocableLeasesAreCheckedAndWithinTheHeartbeatInterval() {
        assertThat(times((Duration) null, false, Duration.ZERO).takeCheck(Long.MAX_VALUE - 1))
                .isFalse();

        StreamDeadlines times = times((Duration) null, true, Duration.ZERO);
        long first = times.next();
        assertThat(times.takeCheck(first)).isTrue();
        assertThat(times.takeCheck(first + 20_624)).isFalse();
        assertThat(times.takeCheck(first + 20_625)).isTrue();
    }

    @Test
    void isSlowWhenNothingMovesForTheStallTimeout() {
        StreamDeadlines times = times((Duration) null, false, Duration.ZERO);
        times.observe(500, NOW + 1_000);
        assertThat(times.next()).isLessThanOrEqualTo(NOW + 61_000);

        times.observe(500, NOW + 60_999);
        assertThat(times.end(NOW + 60_999)).isNull();
        assertThat(times.end(NOW + 61_000)).isEqualTo(SseStream.CloseReason.SLOW_CONSUMER);
    }

    @Test
    void isNotSlowWhenAByteMoves() {
        StreamDeadlines times = times((Duration) null, false, Duration.ZERO);
        times.observe(500, NOW + 1_000);
        times.observe(501, NOW + 60_000);
        assertThat(times.end(NOW + 61_000)).isNull();
        assertThat(times.end(NOW + 120_000)).isEqualTo(SseStream.CloseReason.SLOW_CONSUMER);
    }

    @Test
    void isNotSlowWhenNothingIsPending() {
        StreamDeadlines times = times((Duration) null, false, Duration.ZERO);
        times.observe(500, NOW);
        times.observe(ByteSink.NOTHING_PENDING, NOW + 59_000);
        assertThat(times.end(NOW + 1_000_000)).isNull();

        times.observe(500, NOW + 1_000_000);
        assertThat(times.end(NOW + 1_059_000)).isNull();
    }
}
