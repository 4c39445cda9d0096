package dev.hermes.gateway.chain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers the messages of each subscription from a marker on. Owned by the chain's loop. */
final class SequenceNumbers {

    private final Map<String, Integer> indexes = new HashMap<>();
    private final List<Long> counts;
    private long marker;

    SequenceNumbers(List<String> subscriptions) {
        for (String subscription : subscriptions) {
            indexes.put(subscription, indexes.size());
        }
        this.counts = new ArrayList<>(Collections.nCopies(subscriptions.size(), 0L));
    }

    /** Counts from this marker on, everywhere from 1. */
    void startFrom(long number) {
        marker = number;
        Collections.fill(counts, 0L);
    }

    long marker() {
        return marker;
    }

    /** How many were heard of each subscription since the marker, in the order in which they were given. */
    List<Long> counts() {
        return List.copyOf(counts);
    }

    /** The index of a subscription among those given. */
    int indexOf(String subscription) {
        Integer index = indexes.get(subscription);
        if (index == null) {
            throw new IllegalArgumentException("not a subscription of this chain: " + subscription);
        }
        return index;
    }

    /** The number of the next message of the subscription at this index. */
    long next(int index) {
        long sequence = counts.get(index) + 1;
        counts.set(index, sequence);
        return sequence;
    }
}
