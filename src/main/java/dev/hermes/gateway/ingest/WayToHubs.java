package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.EventId;
import org.jspecify.annotations.Nullable;

/** Looks whether every hub comes to where the log was told. Owned by the loop of the link. */
final class WayToHubs {

    private static final int PATIENCE_LOOKS = 6;

    private final LinkSupervisor.Streams streams;
    private final WholeWay way;

    /** By the last answer; null if there was none, or no hub. */
    private @Nullable EventId slowest;

    private boolean asking;

    /** Looks since they were asked. */
    private int unanswered;

    WayToHubs(LinkSupervisor.Streams streams) {
        this.streams = streams;
        this.way = new WholeWay(new WholeWay.Link(
                "the streams are not handed what the log has", this::behind, () -> String.valueOf(slowest), () -> {}));
    }

    /** To be called every {@link WholeWay#LOOK_MILLIS}. */
    void look() {
        if (asking && ++unanswered < PATIENCE_LOOKS) {
            // Its loop is held up, as on a machine that is busy: what it has by now, nobody knows.
            return;
        }
        if (!asking) {
            asking = true;
            unanswered = 0;
            streams.positions().onComplete(answer -> {
                asking = false;
                if (answer.succeeded()) {
                    slowest = answer.result().stream().min(EventId::compareTo).orElse(null);
                }
            });
        }
        way.look();
        if (way.trouble() != null) {
            // Whatever swallowed what was told may swallow this too.
            streams.tellAgain();
        }
    }

    /** What is seen from now on says nothing of before. */
    void reset() {
        way.reset();
    }

    private boolean behind() {
        EventId told = streams.told();
        return slowest != null && told != null && told.isAfter(slowest);
    }

    /** What stands still, or null. */
    @Nullable
    String trouble() {
        return way.trouble();
    }
}
