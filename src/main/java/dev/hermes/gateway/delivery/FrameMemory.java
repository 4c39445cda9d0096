package dev.hermes.gateway.delivery;

import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory for frames, which lies outside the heap. Frames of live events are shared, but those read from the log are
 * made for one subscriber each: a crowd that is far behind and reads slowly could fill the memory with them, and then
 * nothing could be written or read for anybody. So only so many are made before others were taken. Owned by the hub's loop.
 */
final class FrameMemory {

    private static final Logger LOG = LoggerFactory.getLogger(FrameMemory.class);
    private static final long PERIOD_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final long most;
    private final HubSettings.Clocks time;

    /** Those whose clients have not taken all that was made for them. */
    private final List<Subscriber> owing = new ArrayList<>();

    private long owed;
    private boolean told;
    private long toldMillis;

    FrameMemory(HubSettings settings, HubSettings.Clocks time) {
        this.most = settings.ownFrameBytes();
        this.time = time;
    }

    /** Whether no frames are to be made for one subscriber alone. */
    boolean full() {
        return owed >= most;
    }

    /** Frames were made for this subscriber alone, and flushed: what its client has not taken counts as such. */
    void made(Subscriber subscriber) {
        long pending = subscriber.pendingBytes();
        if (pending > 0) {
            if (subscriber.owedBytes() == 0) {
                owing.add(subscriber);
            }
            owes(subscriber, pending);
        }
    }

    /** Looks what was taken by now. */
    void tick() {
        owing.removeIf(subscriber -> {
            owes(subscriber, Math.min(subscriber.owedBytes(), subscriber.pendingBytes()));
            return subscriber.owedBytes() == 0;
        });
    }

    private void owes(Subscriber subscriber, long bytes) {
        owed += bytes - subscriber.owedBytes();
        subscriber.owedBytes(bytes);
    }

    /**
     * A frame could not be made. The operator is told once a minute, since each of thousands of streams would say so
     * ten times a second.
     */
    void exhausted() {
        long now = time.now();
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
