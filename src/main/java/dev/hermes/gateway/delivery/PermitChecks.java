package dev.hermes.gateway.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Collects the permits that are due and checks all of them together: each check wakes two event loops and Redis,
 * however many permits it contains. Owned by the hub's loop.
 */
final class PermitChecks {

    /** Keeps the command to Redis short. */
    private static final int MOST_AT_ONCE = 512;

    private final StreamPermit.Checker checker;
    private final long waitMillis;
    private final BiConsumer<SseStream, SseStream.CloseReason> close;
    private List<SseStream> due = new ArrayList<>();
    private long oldestAt;

    /** @param waitMillis how long a permit that is due may wait for others */
    PermitChecks(StreamPermit.Checker checker, long waitMillis, BiConsumer<SseStream, SseStream.CloseReason> close) {
        this.checker = checker;
        this.waitMillis = waitMillis;
        this.close = close;
    }

    void add(SseStream stream, long nowMillis) {
        if (due.isEmpty()) {
            oldestAt = nowMillis;
        }
        due.add(stream);
    }

    void tick(long nowMillis) {
        boolean many = due.size() >= MOST_AT_ONCE;
        if (many || (!due.isEmpty() && nowMillis >= oldestAt + waitMillis)) {
            Map<Boolean, List<SseStream>> open = due.stream()
                    .filter(stream -> !stream.closed())
                    .collect(Collectors.partitioningBy(stream -> stream.permit().askedAlone()));
            due = new ArrayList<>();
            open.getOrDefault(true, List.of()).forEach(stream -> ask(List.of(stream)));
            List<SseStream> streams = open.getOrDefault(false, List.of());
            for (int from = 0; from < streams.size(); from += MOST_AT_ONCE) {
                ask(streams.subList(from, Math.min(streams.size(), from + MOST_AT_ONCE)));
            }
        }
    }

    private void ask(List<SseStream> asked) {
        checker.check(asked.stream().map(SseStream::permit).toList()).onSuccess(states -> {
            for (int index = 0; index < asked.size(); index++) {
                end(asked.get(index), states.get(index));
            }
        });
    }

    private void end(SseStream stream, StreamPermit.State state) {
        switch (state) {
            case VALID -> {}
            case EXPIRED -> close.accept(stream, SseStream.CloseReason.TOKEN_EXPIRED);
            case REVOKED -> close.accept(stream, SseStream.CloseReason.TOKEN_REVOKED);
        }
    }
}
