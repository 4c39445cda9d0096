package dev.hermes.gateway.chaos;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * From the end of a fault until a client has got, of each producer it listens to, an event that was published after it. Any
 * thread.
 */
final class RecoveryTimes {

    /** The end of a fault; the first has number 1. */
    record End(int number, String row, long nanos) {}

    private final Map<String, List<Long>> millis = new LinkedHashMap<>();
    private final Set<String> recovered = new HashSet<>();
    private volatile End current = new End(0, "", Long.MAX_VALUE);

    End current() {
        return current;
    }

    synchronized void over(String row, long nanos) {
        recovered.clear();
        current = new End(current.number() + 1, row, nanos);
    }

    synchronized void recovered(String client, End end, long nanos) {
        if (end.number() == current.number() && recovered.add(client)) {
            millis.computeIfAbsent(end.row(), row -> new ArrayList<>()).add((nanos - end.nanos()) / 1_000_000);
        }
    }

    /** How many clients have recovered from the current one. */
    synchronized int recovered() {
        return recovered.size();
    }

    synchronized boolean recovered(String client) {
        return recovered.contains(client);
    }

    /** That part of all times of a row, in milliseconds; -1 if there are none. */
    synchronized long quantile(String row, double part) {
        List<Long> sorted =
                millis.getOrDefault(row, List.of()).stream().sorted().toList();
        return sorted.isEmpty() ? -1 : sorted.get((int) Math.ceil(part * sorted.size()) - 1);
    }
}
