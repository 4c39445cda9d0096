package dev.hermes.gateway.ingest;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, link by link, whether the way from Redis to the streams stands still. A link stands still when it has something to
 * do and nothing came of it for {@value #LOOKS} looks: counted in looks and not in time, so that a gateway that was suspended
 * itself blames nobody. Owned by the loop of the link to Redis.
 */
final class WholeWay {

    /** How often {@link #look} wants to be called. */
    static final long LOOK_MILLIS = 500;

    /** What begins between two looks is noticed to have lasted at the latest 3 s later. */
    private static final int LOOKS = 5;

    /** To begin again takes a second or two itself, and more on a machine that is busy. */
    private static final int LOOKS_BETWEEN_REMEDIES = 20;

    private static final Logger LOG = LoggerFactory.getLogger(WholeWay.class);

    private final List<Link> links;

    WholeWay(Link... links) {
        this.links = List.of(links);
    }

    /** One link of the way. */
    static final class Link {

        private final String trouble;
        private final BooleanSupplier waits;
        private final Supplier<Object> progress;
        private final Runnable beginAgain;
        private final int patience;
        private @Nullable Object last;
        private int looks;

        /**
         * @param trouble what it means that it stands still, for people
         * @param waits whether it has something to do
         * @param progress differs as soon as something of it was done
         * @param beginAgain what may bring it on
         */
        Link(String trouble, BooleanSupplier waits, Supplier<Object> progress, Runnable beginAgain) {
            this.trouble = trouble;
            this.waits = waits;
            this.progress = progress;
            this.beginAgain = beginAgain;
            this.patience = LOOKS;
        }

        private Link(Link link, int patience) {
            this.trouble = link.trouble;
            this.waits = link.waits;
            this.progress = link.progress;
            this.beginAgain = link.beginAgain;
            this.patience = patience;
        }

        /** The same, which may do nothing for so long when all is well. */
        Link idleFor(long millis) {
            return new Link(this, LOOKS + (int) (millis / LOOK_MILLIS));
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

    /** The monotonic clock. */
    static long millis() {
        return System.nanoTime() / 1_000_000;
    }

    void look() {
        links.forEach(Link::look);
    }

    /** What is seen from now on is another way. */
    void reset() {
        links.forEach(link -> link.looks = 0);
    }

    /** What stands still, or null. */
    @Nullable
    String trouble() {
        return links.stream()
                .filter(Link::standsStill)
                .map(link -> link.trouble)
                .findFirst()
                .orElse(null);
    }
}
