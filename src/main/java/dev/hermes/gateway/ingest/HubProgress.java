package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.EventId;
import org.jspecify.annotations.Nullable;

/** Checks whether every hub reaches the last position that was published to it. Owned by the loop of the link. */
final class HubProgress {

    private static final int PATIENCE_LOOKS = 6;

    /** Each question wakes every hub's loop, so it can wait while all are known to have what was published. */
    private static final int LOOKS_BETWEEN_IDLE_QUESTIONS = 8;

    private final LinkSupervisor.Streams streams;
    private final ProgressMonitor progress;

    /** The lowest position in the last answer; null if there was no answer, or no hub. */
    private @Nullable EventId slowest;

    private boolean asking;

    /** The number of checks since the hubs were asked. */
    private int looks;

    HubProgress(LinkSupervisor.Streams streams) {
        this.streams = streams;
        this.progress = new ProgressMonitor(new ProgressMonitor.Stage(
                "the streams are not handed what the log has", this::behind, () -> String.valueOf(slowest), () -> {}));
    }

    /** Checks once; called every {@link ProgressMonitor#LOOK_MILLIS}. */
    void look() {
        looks++;
        if (asking && looks < PATIENCE_LOOKS) {
            // A hub's loop is blocked, as on a busy machine, so its position is unknown.
            return;
        }
        if (!asking && (!allHaveIt() || looks >= LOOKS_BETWEEN_IDLE_QUESTIONS)) {
            asking = true;
            looks = 0;
            streams.positions().onComplete(answer -> {
                asking = false;
                if (answer.succeeded()) {
                    slowest = answer.result().stream().min(EventId::compareTo).orElse(null);
                }
            });
        }
        progress.look();
        if (progress.trouble() != null) {
            // Whatever lost the earlier message may lose this one too, so it is repeated.
            streams.publishAgain();
        }
    }

    /** Starts counting again, since later observations belong to another state. */
    void reset() {
        progress.reset();
    }

    private boolean allHaveIt() {
        EventId published = streams.published();
        return published == null || published.equals(slowest);
    }

    private boolean behind() {
        EventId published = streams.published();
        return slowest != null && published != null && published.isAfter(slowest);
    }

    /** Why the hubs make no progress, or null. */
    @Nullable
    String trouble() {
        return progress.trouble();
    }
}
