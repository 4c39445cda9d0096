package dev.hermes.gateway.ingest;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Monitors, stage by stage, whether the path from Redis to the streams makes progress. A stage stands still when it
 * has had something to do and made no progress for {@value #LOOKS} checks. Checks are counted instead of time, so
 * that a gateway that was suspended itself does not blame a stage. Owned by the loop of the Redis link.
 */
final class ProgressMonitor {

    /** How often {@link #look} has to be called. */
    static final long LOOK_MILLIS = 500;

    /** A standstill that begins between two checks is noticed 3 s later at the latest. */
    private static final int LOOKS = 5;

    /** Starting again takes a second or two by itself, and longer on a busy machine. */
    private static final int LOOKS_BETWEEN_REMEDIES = 20;

    private static final Logger LOG = LoggerFactory.getLogger(ProgressMonitor.class);

    private final List<Stage> stages;

    ProgressMonitor(Stage... stages) {
        this.stages = List.of(stages);
    }

    /** One stage of the path. */
    static final class Stage {

        private final String trouble;
        private final BooleanSupplier waits;
        private final Supplier<Object> progress;
        private final Runnable beginAgain;
        private final int patience;
        private @Nullable Object last;
        private int looks;

        /**
         * @param trouble what a standstill of this stage means, for people
         * @param waits whether the stage has something to do
         * @param progress a value that changes as soon as the stage has done something
         * @param beginAgain an action that may get the stage going again
         */
        Stage(String trouble, BooleanSupplier waits, Supplier<Object> progress, Runnable beginAgain) {
            this.trouble = trouble;
            this.waits = waits;
            this.progress = progress;
            this.beginAgain = beginAgain;
            this.patience = LOOKS;
        }

        private Stage(Stage stage, int patience) {
            this.trouble = stage.trouble;
            this.waits = stage.waits;
            this.progress = stage.progress;
            this.beginAgain = stage.beginAgain;
            this.patience = patience;
        }

        /** The same stage, which may make no progress for this many further milliseconds in normal operation. */
        Stage idleFor(long millis) {
            return new Stage(this, LOOKS + (int) (millis / LOOK_MILLIS));
        }

        private boolean standsStill() {
            return looks >= patience;
        }

        private void look() {
            Object now = progress.get();
            looks = waits.getAsBoolean() && now.equals(last) ? looks + 1 : 0;
            last = now;
            if (standsStill() && (looks - patience) % LOOKS_BETWEEN_REMEDIES == 0) {
                LOG.warn("way stands still reason=\"{}\"", trouble);
                beginAgain.run();
            }
        }
    }

    /** The monotonic clock, in milliseconds. */
    static long millis() {
        return System.nanoTime() / 1_000_000;
    }

    void look() {
        stages.forEach(Stage::look);
    }

    /** Starts counting again, since later observations belong to another state. */
    void reset() {
        stages.forEach(stage -> stage.looks = 0);
    }

    /** What the stage that stands still means for people, or null if all make progress. */
    @Nullable
    String trouble() {
        return stages.stream()
                .filter(Stage::standsStill)
                .map(stage -> stage.trouble)
                .findFirst()
                .orElse(null);
    }
}
