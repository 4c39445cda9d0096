package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The hub against a plain list of everything that was published. {@code -Dhermes.seed=N} repeats one run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HubModelTest {

    private static final int RUNS = 20;
    private static final int STEPS = 2_000;

    private final TestLoop loop = new TestLoop();

    private long streams;
    private long messages;
    private long pages;
    private long gaps;
    private long explanations;

    @BeforeAll
    void assertionsAreOn() {
        assertThat(HubModelTest.class.desiredAssertionStatus()).isTrue();
    }

    @AfterAll
    void close() {
        loop.close();
    }

    static LongStream seeds() {
        Long seed = Long.getLong("hermes.seed");
        if (seed != null) {
            return LongStream.of(seed);
        }
        long fresh = System.nanoTime();
        return LongStream.concat(LongStream.range(0, RUNS), LongStream.range(fresh, fresh + 5));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everybodyGetsExactlyWhatItWantsOrIsToldOfAGap(long seed) {
        try {
            HubModel model = loop.await(() -> new HubModel(loop.vertx(), seed, STEPS).run());
            streams += model.streamsSeen();
            messages += model.messagesSeen();
            pages += model.pagesSeen();
            gaps += model.gapsSeen();
            explanations += model.explanationsSeen();
        } catch (AssertionError failure) {
            throw new AssertionError("-Dhermes.seed=" + seed + ": " + failure.getMessage(), failure);
        }
    }

    @AfterAll
    void theRunsWereNotIdle() {
        if (Long.getLong("hermes.seed") == null) {
            assertThat(streams).isGreaterThan(1_000);
            assertThat(messages).isGreaterThan(10_000);
            assertThat(pages).isGreaterThan(500);
            assertThat(gaps).isGreaterThan(100);
            assertThat(explanations).isGreaterThan(2_000);
        }
        System.out.printf(
                "model: streams=%d messages=%d pages=%d gaps=%d explanations=%d%n",
                streams, messages, pages, gaps, explanations);
    }
}
