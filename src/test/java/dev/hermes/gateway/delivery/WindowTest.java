package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {

    private static final long WIDE = 1 << 20;

    private final MemorySink.Memory memory = new MemorySink.Memory();

    private void watchAndRelease(Window.WindowEntry slot) {
        ByteBuf chunk = slot.frame().retainedChunk();
        memory.watch(chunk);
        chunk.release();
    }

    private static EventId id(long minor) {
        return new EventId(true, 1, minor);
    }

    private static Event event(long minor, int length) {
        return new Event(id(minor), new Envelope("a", "t", null, Map.of(), Buffer.buffer(new byte[length]), "2026"));
    }

    @Test
    void beginsAtItsStart() {
        Window window = new Window(4, WIDE, id(10));
        assertThat(window.tip()).isEqualTo(id(10));
        assertThat(window.covers(id(10))).isTrue();
        assertThat(window.covers(id(9))).isFalse();
        assertThat(window.indexAfter(id(10))).isEqualTo(window.end());
    }

    @Test
    void takesWhatWasBeforeItAsFarAsThereIsRoom() {
        Window window = new Window(4, WIDE, id(10));
        window.add(event(11, 1));
        assertThat(window.extend(earlier(1, 10))).isEqualTo(3);
        assertThat(window.covers(id(7))).isTrue();
        assertThat(window.covers(id(6))).isFalse();
        assertThat(held(window, id(7))).containsExactly(id(8), id(9), id(10), id(11));
        assertThat(window.extend(earlier(1, 7))).as("it is full").isZero();

        window.add(event(12, 1));
        assertThat(held(window, id(8))).containsExactly(id(9), id(10), id(11), id(12));
        assertThat(window.covers(id(7))).isFalse();
    }

    @Test
    void takesNoMoreBytesOfItThanItMayHold() {
        Window window = new Window(64, 3L * new Window.WindowEntry(event(1, 500)).weight(), id(10));
        assertThat(window.extend(IntStream.rangeClosed(1, 10)
                        .<LogEntry>mapToObj(minor -> event(minor, 500))
                        .toList()))
                .isEqualTo(3);
        assertThat(held(window, id(7))).containsExactly(id(8), id(9), id(10));
    }

    @Test
    void takesNothingThatDoesNotEndWhereItBegins() {
        Window window = new Window(4, WIDE, id(10));
        assertThat(window.extend(earlier(1, 9))).isZero();
        assertThat(window.extend(earlier(1, 11))).isZero();
        assertThat(window.extend(List.of())).isZero();
        window.clear(id(20));
        assertThat(window.extend(earlier(1, 10))).as("asked for before").isZero();
        assertThat(window.covers(id(19))).isFalse();
    }

    private static List<LogEntry> earlier(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .<LogEntry>mapToObj(minor -> event(minor, 1))
                .toList();
    }

    private static List<EventId> held(Window window, EventId after) {
        return LongStream.range(window.indexAfter(after), window.end())
                .mapToObj(index -> window.at(index).id())
                .toList();
    }

    @Test
    void coversThePositionRightBeforeItsFirstEntry() {
        Window window = new Window(2, WIDE, id(0));
        for (int minor = 1; minor <= 5; minor++) {
            window.add(event(minor, 1));
        }

        assertThat(window.covers(id(2))).isFalse();
        assertThat(window.covers(id(3))).isTrue();
        assertThat(window.at(window.indexAfter(id(3))).id()).isEqualTo(id(4));
    }

    @Test
    void dropsWhatIsTooHeavyButNeverTheNewest() {
        Window window = new Window(16, 1_500, id(0));
        window.add(event(1, 100));
        window.add(event(2, 100));
        window.add(event(3, 100));
        assertThat(window.size()).isEqualTo(3);

        window.add(event(4, 100));
        assertThat(window.size()).isEqualTo(3);

        window.add(event(5, 100_000));
        assertThat(window.size()).isEqualTo(1);
        assertThat(window.tip()).isEqualTo(id(5));

        window.add(event(6, 1));
        assertThat(window.size()).isEqualTo(1);
    }

    @Test
    void givesAFrameBackWithItsEntry() {
        Window window = new Window(1, WIDE, id(0));
        watchAndRelease(window.add(event(1, 10)));
        assertThat(memory.allReleased()).isFalse();
        window.add(event(2, 10));
        assertThat(memory.allReleased()).isTrue();
    }

    @Test
    void leavesAFrameToWhoeverStillSendsIt() {
        Window window = new Window(1, WIDE, id(0));
        ByteBuf chunk = window.add(event(1, 10)).frame().retainedChunk();
        memory.watch(chunk);
        window.add(event(2, 10));
        assertThat(memory.allReleased()).isFalse();

        chunk.release();
        assertThat(memory.allReleased()).isTrue();
    }

    @Test
    void encodesOnce() {
        Window.WindowEntry slot = new Window(1, WIDE, id(0)).add(event(1, 10));
        assertThat(slot.frame()).isSameAs(slot.frame());
        slot.release();
    }

    @Test
    void isEmptyAfterClearingAndGoesOnFromThere() {
        Window window = new Window(4, WIDE, id(0));
        watchAndRelease(window.add(event(1, 10)));
        window.clear(id(50));
        assertThat(memory.allReleased()).isTrue();
        assertThat(window.size()).isZero();
        assertThat(window.tip()).isEqualTo(id(50));
        assertThat(window.covers(id(49))).isFalse();
        assertThat(window.at(window.indexAfter(id(50)) - 1)).isNull();
        window.add(event(51, 1));
        assertThat(window.at(window.indexAfter(id(50))).id()).isEqualTo(id(51));
    }

    @Test
    void refusesACapacityThatItsIndexCannotUse() {
        assertThatThrownBy(() -> new Window(12, WIDE, id(0))).hasMessage("capacity=12 allowed: a power of two");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 64})
    void agreesWithAListWhateverIsAdded(int capacity) {
        Random random = new Random(capacity);
        long maxWeight = 8_000;
        Window window = new Window(capacity, maxWeight, id(0));
        List<LogEntry> all = new ArrayList<>();
        EventId floor = id(0);
        int first = 0;
        long last = 0;
        for (int step = 0; step < 3_000; step++) {
            last += 1 + random.nextInt(3);
            Event event = event(last, random.nextInt(10) == 0 ? random.nextInt(5_000) : random.nextInt(50));
            all.add(event);
            window.add(event);
            while (all.size() - first > 1 && (all.size() - first > capacity || weight(all, first) > maxWeight)) {
                floor = all.get(first++).id();
            }
            assertThat(window.size()).isEqualTo(all.size() - first);
            assertThat(window.tip()).isEqualTo(event.id());
            EventId position = id(Math.max(0, last - random.nextInt(2 * capacity + 4)));
            assertThat(window.covers(position)).isEqualTo(position.compareTo(floor) >= 0);
            if (window.covers(position)) {
                List<EventId> after = new ArrayList<>();
                for (long place = window.indexAfter(position); place < window.end(); place++) {
                    after.add(window.at(place).id());
                }
                assertThat(after)
                        .isEqualTo(all.stream()
                                .map(LogEntry::id)
                                .filter(id -> id.isAfter(position))
                                .toList());
            }
        }
    }

    private static long weight(List<LogEntry> entries, int first) {
        return entries.subList(first, entries.size()).stream()
                .mapToLong(entry -> new Window.WindowEntry(entry).weight())
                .sum();
    }
}
