package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class FileDescriptorLimitTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(FileDescriptorLimit.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @ParameterizedTest
    @CsvSource({"1024, 824, true", "1024, 825, false", "9223372036854775807, 2147483647, true"})
    void keepsSomeForOtherThings(long max, int connections, boolean carried) {
        assertThat(new FileDescriptorLimit(max).carries(connections, 0)).isEqualTo(carried);
    }

    @Test
    void carriesOnlyStreamsThatAreNotTurnedAway() {
        FileDescriptorLimit enough = new FileDescriptorLimit(5_471);

        assertThat(enough.carries(5_000, 95)).isTrue();
        assertThat(new FileDescriptorLimit(5_470).carries(5_000, 95)).isFalse();
        assertThat(enough.percent(5_000 + FileDescriptorLimit.RESERVED - 64)).isBetween(94.9, 95.0);
    }

    @Test
    void anUnknownLimitIsNeverUsedUp() {
        assertThat(new FileDescriptorLimit(Long.MAX_VALUE).percent(1_000_000)).isZero();
    }

    @Test
    void warnsOnceWithTheSettingAndBothNumbers() {
        new FileDescriptorLimit(1024).warnUnlessItCarries(5_000, 0);

        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .contains("HERMES_SSE_MAX_CONNECTIONS=5000", "file_descriptors=1024", "needed=5200");
        });
    }

    @Test
    void isSilentWhenThereIsRoom() {
        new FileDescriptorLimit(1_048_576).warnUnlessItCarries(5_000, 0);

        assertThat(lines.list).isEmpty();
    }

    @Test
    void readsTheLimitOfThisProcess() {
        assertThat(FileDescriptorLimit.ofThisProcess().max()).isBetween(64L, 1L << 40);
    }
}
