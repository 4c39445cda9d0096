package dev.hermes.gateway.bench;

/** How many events were published, together and of each key. */
final class Published {

    private final int[] ofKey;
    private int count;

    Published(int keys) {
        ofKey = new int[keys];
    }

    void add(int key) {
        ofKey[key]++;
        count++;
    }

    int count() {
        return count;
    }

    int ofKey(int key) {
        return ofKey[key];
    }
}
