package dev.hermes.gateway.delivery;

import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory for what is made for one subscriber each: frames, which lie outside the heap, and pages of polls. Live events
 * are shared, but a crowd that is far behind and reads slowly could fill the memory with what was read from the log for
 * it, and then nothing could be written or read for anybody. So only so much is made before some was taken. Owned by the
 * hub's loop.
 */
final class FrameMemory {

    private static final Logger LOG = LoggerFactory.getLogger(FrameMemory.class);
    private static final long PERIOD_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final Owed frames;
    private final Owed pages;
    private final HubSettings.Clocks time;
    private boolean told;
    private long toldMillis;

    FrameMemory(HubSettings settings, HubSettings.Clocks time) {
        this.frames = new Owed(settings.ownFrameBytes());
        this.pages = new Owed(settings.ownPageBytes());
        this.time = time;
    }

    /** Whether more frames may be made for one subscriber alone. */
    boolean hasRoomForFrames() {
        return frames.sum < frames.most;
    }

    /**
     * Whether the page of this poll may be made, or gone on with. While those who read nothing use up the memory, another
     * credential still has one page at a time, up to twice the bound.
     */
    boolean hasRoomForPage(Subscriber poll) {
        return isBegunPage(poll)
                || pages.sum < pages.most
                || (pages.sum < 2 * pages.most && !pages.owing.containsKey(poll.permit()));
    }

    static boolean isBegunPage(Subscriber subscriber) {
        return subscriber instanceof PendingPoll && subscriber.pendingBytes() > 0;
    }

    /** Something was made for this subscriber alone, and flushed: what its client has not taken counts as such. */
    void made(Subscriber subscriber) {
        (subscriber instanceof PendingPoll ? pages : frames).made(subscriber);
    }

    /** Looks what was taken by now. */
    void tick() {
        frames.tick();
        pages.tick();
    }

    /** What was made of one kind and not taken yet. */
    private static final class Owed {

        private final long most;

        /** Those whose clients have not taken all that was made for them, by their credentials. */
        private final Map<StreamPermit, List<Subscriber>> owing = new HashMap<>();

        private long sum;

        Owed(long most) {
            this.most = most;
        }

        void made(Subscriber subscriber) {
            long pending = subscriber.pendingBytes();
            if (pending > 0) {
                if (subscriber.owedBytes() == 0) {
                    owing.computeIfAbsent(subscriber.permit(), permit -> new ArrayList<>(1))
                            .add(subscriber);
                }
                owes(subscriber, pending);
            }
        }

        void tick() {
            owing.values().removeIf(subscribers -> {
                subscribers.removeIf(subscriber -> {
                    owes(subscriber, Math.min(subscriber.owedBytes(), subscriber.pendingBytes()));
                    return subscriber.owedBytes() == 0;
                });
                return subscribers.isEmpty();
            });
        }

        private void owes(Subscriber subscriber, long bytes) {
            sum += bytes - subscriber.owedBytes();
            subscriber.owedBytes(bytes);
        }
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
