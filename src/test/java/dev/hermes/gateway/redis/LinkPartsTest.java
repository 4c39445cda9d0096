package dev.hermes.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The parts of the link that need neither Redis nor time. */
class LinkPartsTest {

    @ParameterizedTest
    @EnumSource(
            value = LinkState.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PROVING"})
    void isLiveOnlyFromProving(LinkState state) {
        assertThat(LinkState.PROVING.to(LinkState.LIVE)).isEqualTo(LinkState.LIVE);
        assertThatThrownBy(() -> state.to(LinkState.LIVE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(state.name());
    }

    @ParameterizedTest
    @EnumSource(LinkState.class)
    void leadsNowhereFromClosed(LinkState next) {
        assertThatThrownBy(() -> LinkState.CLOSED.to(next)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "redis_version:7.0.15, true",
        "redis_version:6.2.0, true",
        "redis_version:6.0.20, false",
        "redis_version:5.0.14, false",
        "redis_version:10.1.0, true",
        "'redis_version:7.2.4\r\nvalkey_version:8.0.1', true",
        "'redis_version:7.2.4\r\nvalkey_version:7.2.5', true",
        "'redis_version:7.2.4\r\nvalkey_version:7.0.1', false",
    })
    void knowsWhichVersionsWillDo(String info, boolean enough) {
        String problem = ServerVersion.parse("# Server\r\n" + info + "\r\nredis_mode:standalone\r\n")
                .orElseThrow()
                .problem();
        assertThat(problem == null).isEqualTo(enough);
    }

    @Test
    void takesAServerThatNamesNoVersion() {
        assertThat(ServerVersion.parse("server_name:other\r\n")).isEmpty();
    }

    @Test
    void waitsLongerEachTimeUpToASecondAndNeverInStep() {
        Backoff backoff = new Backoff(new Random(1));
        assertThat(backoff.nextMillis()).isBetween(1L, 100L);
        assertThat(backoff.nextMillis()).isBetween(1L, 200L);

        IntStream.range(0, 10).forEach(i -> backoff.nextMillis());
        Set<Long> delays = IntStream.range(0, 1_000)
                .mapToObj(i -> backoff.nextMillis())
                .collect(java.util.stream.Collectors.toSet());
        assertThat(delays).hasSizeGreaterThan(500).allMatch(delay -> delay >= 1 && delay <= 1_000);
        assertThat(delays).anyMatch(delay -> delay > 900);

        backoff.reset();
        assertThat(backoff.nextMillis()).isBetween(1L, 100L);
    }

    @Test
    void missesACanaryOnlyWhileItIsUnderWay() {
        Canary canary = new Canary(3);
        assertThat(canary.overdue(100)).isFalse();

        long first = canary.sent(100);
        long second = canary.sent(101);
        assertThat(canary.overdue(102)).isFalse();
        assertThat(canary.overdue(103)).isTrue();
        assertThat(canary.cameBack(first, 103)).isEqualTo(3);
        assertThat(canary.overdue(103)).isFalse();
        assertThat(canary.cameBack(second, 110)).isEqualTo(9);

        // Nothing is under way: however long ago the last one was, nobody is late.
        assertThat(canary.overdue(1_000_000)).isFalse();
    }

    @Test
    void missesNoCanaryThatWaitsBehindOtherMessagesUnlessThatHasNoEnd() {
        Canary canary = new Canary(3);
        canary.sent(100);
        canary.otherMessage("queue:updates");
        assertThat(canary.overdue(104)).isFalse();
        canary.otherMessage("hermes:gateway:sync");
        assertThat(canary.overdue(105)).isTrue();
        canary.otherMessage("queue:updates");
        assertThat(canary.overdue(129)).isFalse();
        canary.otherMessage("queue:updates");
        assertThat(canary.overdue(130)).isTrue();
    }

    @Test
    void knowsNoCanaryThatItDidNotSend() {
        Canary canary = new Canary(3);
        long only = canary.sent(0);
        assertThat(canary.cameBack(only + 1, 1)).isEqualTo(-1);
        assertThat(canary.cameBack(only, 1)).isEqualTo(1);
        assertThat(canary.cameBack(only, 2)).isEqualTo(-1);
    }

    @Test
    void takesWhatOthersSendForNoCanary() {
        Canary canary = new Canary(3);
        canary.sent(0);
        for (String forged : List.of("", "abc", "-1", "99999999999999999999")) {
            assertThat(canary.cameBack(Canary.number(forged), 1)).isEqualTo(-1);
        }

        assertThat(canary.overdue(3)).isTrue();
    }

    @Test
    void letsOneThroughPerInterval() {
        Backoff.Throttle throttle = new Backoff.Throttle(30);
        assertThat(throttle.permits(-5)).isTrue();
        assertThat(throttle.permits(24)).isFalse();
        assertThat(throttle.permits(25)).isTrue();
        assertThat(throttle.permits(26)).isFalse();
    }
}
