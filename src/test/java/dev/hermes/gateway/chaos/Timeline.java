package dev.hermes.gateway.chaos;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which fault came when: what is published from its begin to the begin of the next is put down to it. One thread. */
final class Timeline {

    static final String CALM = "before the first";

    /** How long it may take until everybody has noticed that the log is another one. */
    private static final long NOTICED_NANOS = 30_000_000_000L;

    private record Window(String row, long fromNanos) {}

    private record Loss(long fromNanos, long toNanos) {}

    private final List<Window> windows = new ArrayList<>(List.of(new Window(CALM, System.nanoTime())));

    private final List<Loss> losses = new ArrayList<>();
    private final Set<Position> takenBack = new HashSet<>();
    private final Set<Position> perhapsUnread = new HashSet<>();

    /** Somewhere between these two moments Redis lost the log. */
    void lost(long fromNanos, long toNanos) {
        losses.add(new Loss(fromNanos, toNanos));
    }

    /** These entries were taken out of the log, when an older copy of it took its place. */
    void takenBack(Set<Position> entries) {
        takenBack.addAll(entries);
    }

    /** Whether an entry left the log, when an older copy of it took its place. */
    boolean takenBack(Position entry) {
        return takenBack.contains(entry);
    }

    /** These entries were taken out of the log while no gateway may have been able to read it. */
    void takenUnread(Set<Position> entries) {
        perhapsUnread.addAll(entries);
    }

    /** Whether an entry may have left the log before any gateway could read it. */
    boolean perhapsUnread(Position entry) {
        return perhapsUnread.contains(entry);
    }

    /** Whether Redis lost the log about that time. */
    boolean lostAbout(long nanos) {
        return losses.stream()
                .anyMatch(loss -> nanos > loss.fromNanos() - NOTICED_NANOS && nanos < loss.toNanos() + NOTICED_NANOS);
    }

    void begin(String row) {
        windows.add(new Window(row, System.nanoTime()));
    }

    String rowAt(long nanos) {
        String row = CALM;
        for (Window window : windows) {
            if (window.fromNanos() > nanos) {
                break;
            }
            row = window.row();
        }
        return row;
    }

    long count(String row) {
        return row.equals(CALM)
                ? 0
                : windows.stream().filter(window -> window.row().equals(row)).count();
    }

    /** Faults of all kinds. */
    int count() {
        return windows.size() - 1;
    }

    /** Every row there is. */
    Set<String> rows() {
        Set<String> rows = new LinkedHashSet<>();
        windows.forEach(window -> rows.add(window.row()));
        return rows;
    }

    /** Seconds since the start. */
    double seconds(long nanos) {
        return (nanos - windows.get(0).fromNanos()) / 1e9;
    }
}
