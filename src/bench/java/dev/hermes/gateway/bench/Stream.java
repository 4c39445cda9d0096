package dev.hermes.gateway.bench;

/** What came over one stream since it was last set back. Lives on one loop. */
final class Stream extends StreamScanner {

    private static final int CONNECTED = name("connected");
    private static final int HEARTBEAT = name("heartbeat");
    private static final int[] UNWANTED = {name("gap"), name("closing"), name("unavailable"), name("backend")};

    private final int number;
    private final Ear ear;
    private long connectedAt;
    private long latest;
    private int events;
    private int heartbeats;
    private int disordered;
    private int unwanted;

    Stream(int number, Ear ear) {
        this.number = number;
        this.ear = ear;
    }

    int number() {
        return number;
    }

    /** When it was told that it is connected; 0 before. */
    long connectedAt() {
        return connectedAt;
    }

    /** For servers that do not say so: an answer is all there is. */
    void answered() {
        if (connectedAt == 0) {
            connectedAt = ear.now();
            ear.onConnected(this);
        }
    }

    int events() {
        return events;
    }

    int heartbeats() {
        return heartbeats;
    }

    /** Events that were not younger than the one before: repeated, or out of order. */
    int disordered() {
        return disordered;
    }

    /** Gaps, ends and rejections. */
    int unwanted() {
        return unwanted;
    }

    void reset() {
        events = 0;
        heartbeats = 0;
    }

    @Override
    void onTime(long time) {
        events++;
        if (time <= latest) {
            disordered++;
        }
        latest = time;
        ear.onEvent(time);
    }

    @Override
    void onName(int name) {
        if (name == CONNECTED) {
            answered();
        } else if (name == HEARTBEAT) {
            heartbeats++;
        } else {
            for (int other : UNWANTED) {
                unwanted += name == other ? 1 : 0;
            }
        }
    }
}
