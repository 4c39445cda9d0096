package dev.hermes.gateway.delivery;

import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator that there was no memory for frames, which lie outside the heap; once a minute, since each of
 * thousands of streams would say so ten times a second. Owned by the hub's loop.
 */
final class FrameShortage {

    private static final Logger LOG = LoggerFactory.getLogger(FrameShortage.class);
    private static final long PERIOD_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final LongSupplier monotonicMillis;
    private boolean told;
    private long toldMillis;

    FrameShortage(LongSupplier monotonicMillis) {
        this.monotonicMillis = monotonicMillis;
    }

    /** A frame could not be encoded, so that its subscriber waits. */
    void met() {
        long now = monotonicMillis.getAsLong();
        if (told && now - toldMillis < PERIOD_MILLIS) {
            return;
        }
        told = true;
        toldMillis = now;
        LOG.atWarn()
                .addKeyValue("used_bytes", PlatformDependent.usedDirectMemory())
                .addKeyValue("limit_bytes", PlatformDependent.maxDirectMemory())
                .addKeyValue("option", "-XX:MaxDirectMemorySize")
                .log("no memory for frames outside the heap, streams wait");
    }
}
