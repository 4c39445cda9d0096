package dev.hermes.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {

    private static final String LARGEST = "18446744073709551615";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0-0",
                "1795425213590-0",
                "1795425213590-17",
                "m0-0",
                "m1795425213590-123",
                "9223372036854775807-9223372036854775808",
                LARGEST + "-" + LARGEST,
                "m" + LARGEST + "-" + LARGEST
            })
    void writesWhatItRead(String text) {
        assertThat(EventId.parse(text)).isNotNull().hasToString(text);
    }

    @Test
    void readsBothNumbersAndTheKind() {
        assertThat(EventId.parse("12-34")).isEqualTo(new EventId(false, 12, 34));
        assertThat(EventId.parse("m12-" + LARGEST)).isEqualTo(new EventId(true, 12, -1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "1",
                "1-",
                "-1",
                "m",
                "m-",
                "m1",
                "m1-",
                "m-1",
                "mm1-1",
                "M1-1",
                "x1-1",
                "1-m1",
                "01-1",
                "1-01",
                "00-0",
                "1-00",
                "+1-1",
                "1-+1",
                "-1-1",
                "1--1",
                "1-1-1",
                "1-1 ",
                " 1-1",
                "1 -1",
                "1-1\n",
                "1-1\r\nid: 2-2",
                "1-1\0",
                "1.0-1",
                "1e3-1",
                "0x1-1",
                "1_0-1",
                "١-١",
                "1-１",
                "$",
                "*",
                "1-*",
                "18446744073709551616-0",
                "0-18446744073709551616",
                "99999999999999999999-0",
                "m18446744073709551616-0",
                "0-100000000000000000000",
                "0-184467440737095516150",
            })
    void readsNothingElse(String text) {
        assertThat(EventId.parse(text)).isNull();
    }

    @Test
    void readsNothingOfAnyLength() {
        assertThat(EventId.parse("1".repeat(1_000_000) + "-1")).isNull();
    }

    @Test
    void ordersAsTwoUnsignedNumbers() {
        assertThat(id("9-9")).isLessThan(id("10-0"));
        assertThat(id("10-9")).isLessThan(id("10-10"));
        assertThat(id("9223372036854775807-0")).isLessThan(id("9223372036854775808-0"));
        assertThat(id("1-9223372036854775807")).isLessThan(id("1-" + LARGEST));
        assertThat(id("7-7")).isEqualByComparingTo(id("7-7"));
    }

    @Test
    void neverEqualsAnIdOfTheOtherKind() {
        assertThat(id("5-5")).isNotEqualTo(id("m5-5")).isNotEqualByComparingTo(id("m5-5"));
    }

    @Test
    void standsAfterWhatIsSmaller() {
        assertThat(id("2-0").isAfter(id("1-9"))).isTrue();
        assertThat(id("1-9").isAfter(id("1-9"))).isFalse();
        assertThat(id("1-9").isAfter(id("2-0"))).isFalse();
    }

    @Test
    void agreesWithBigIntegersForRandomIds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            EventId one = random(random);
            EventId other =
                    random.nextInt(4) == 0 ? new EventId(false, one.major(), random.nextLong()) : random(random);
            BigInteger[] numbers = numbers(one);
            BigInteger[] others = numbers(other);
            int expected = numbers[0].compareTo(others[0]) != 0
                    ? numbers[0].compareTo(others[0])
                    : numbers[1].compareTo(others[1]);

            assertThat(Integer.signum(one.compareTo(other)))
                    .as("seed %d: %s and %s", seed, one, other)
                    .isEqualTo(expected);
            assertThat(EventId.parse(one.toString())).as("seed %d", seed).isEqualTo(one);
        }
    }

    private static EventId random(Random random) {
        return new EventId(false, random.nextLong() >>> random.nextInt(64), random.nextLong() >>> random.nextInt(64));
    }

    private static BigInteger[] numbers(EventId id) {
        String[] parts = id.toString().split("-", -1);
        return new BigInteger[] {new BigInteger(parts[0]), new BigInteger(parts[1])};
    }

    private static EventId id(String text) {
        EventId id = EventId.parse(text);
        if (id == null) {
            throw new AssertionError(text);
        }
        return id;
    }
}
