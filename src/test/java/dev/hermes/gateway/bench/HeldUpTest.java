package dev.hermes.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HeldUpTest {

    @Test
    void aTaskToldOfAgainAndAgainIsOne() {
        assertThat(HeldUp.in(List.of(
                        told("18:33:59.084", "vert.x-eventloop-thread-0", 28),
                        told("18:33:59.094", "vert.x-eventloop-thread-0", 38),
                        told("18:33:59.104", "vert.x-eventloop-thread-0", 47),
                        told("18:34:07.500", "vert.x-eventloop-thread-0", 21))))
                .isEqualTo(new HeldUp(2, 0, 47));
    }

    @Test
    void eachLoopHasItsOwnTask() {
        assertThat(HeldUp.in(List.of(
                        told("18:33:59.084", "vert.x-eventloop-thread-0", 28),
                        told("18:33:59.084", "vert.x-eventloop-thread-1", 28))))
                .isEqualTo(new HeldUp(2, 0, 28));
    }

    @Test
    void aTaskThatAPauseOfTheCollectorTookHalfOfIsToldApart() {
        List<String> lines = List.of(
                "[2026-11-24T18:33:59.080+0000] GC(7) Pause Young (Normal) (G1 Evacuation Pause) 204M->149M(1344M) 20.500ms",
                told("18:33:59.084", "vert.x-eventloop-thread-0", 28),
                told("18:33:59.084", "vert.x-eventloop-thread-1", 60));
        assertThat(HeldUp.in(lines)).isEqualTo(new HeldUp(2, 1, 60));
    }

    @Test
    void otherLinesSayNothing() {
        assertThat(HeldUp.in(List.of("gateway started port=1", "[0.1s] GC(7) Pause Young 1M->1M(2M) 90ms", "")))
                .isEqualTo(HeldUp.NONE);
    }

    private static String told(String time, String thread, int millis) {
        return "2026-11-24T" + time + "Z WARN  BlockedThreadChecker Thread " + thread + " has been blocked for "
                + millis + " ms, time limit is 20 ms ";
    }
}
