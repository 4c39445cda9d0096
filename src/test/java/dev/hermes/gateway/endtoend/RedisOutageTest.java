package dev.hermes.gateway.endtoend;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The Redis that holds the log becomes useless for a while. Streams stay and are told, nobody is sent away for good, no
 * publisher gets a false id, and nothing is lost without a word.
 */
class RedisOutageTest {

    @ParameterizedTest
    @EnumSource
    void nothingIsLostWithoutAWord(RedisFault fault, TestReporter times) {
        try (RedisOutage outage = new RedisOutage(fault)) {
            outage.isOutlived(2, times);
        }
    }

    @Tag("chaos")
    @ParameterizedTest
    @EnumSource(names = {"SILENT", "BLACK_HOLED"})
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void halfAMinuteOfSilenceIsNoWorse(RedisFault fault, TestReporter times) {
        try (RedisOutage outage = new RedisOutage(fault)) {
            outage.isOutlived(30, times);
        }
    }
}
