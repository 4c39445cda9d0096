package dev.hermes.gateway.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Collects the leases due in one tick and asks about all of them at once. Owned by the hub's loop. */
final class LeaseRound {

    private final LeaseChecker checker;
    private final BiConsumer<SseStream, CloseReason> close;
    private List<SseStream> due = new ArrayList<>();

    LeaseRound(LeaseChecker checker, BiConsumer<SseStream, CloseReason> close) {
        this.checker = checker;
        this.close = close;
    }

    void add(SseStream stream) {
        due.add(stream);
    }

    void check() {
        if (due.isEmpty()) {
            return;
        }
        List<SseStream> asked = due;
        due = new ArrayList<>();
        checker.check(asked.stream().map(SseStream::lease).toList()).onSuccess(states -> {
            for (int index = 0; index < asked.size(); index++) {
                end(asked.get(index), states.get(index));
            }
        });
    }

    private void end(SseStream stream, Lease.State state) {
        switch (state) {
            case VALID -> {}
            case EXPIRED -> close.accept(stream, CloseReason.TOKEN_EXPIRED);
            case REVOKED -> close.accept(stream, CloseReason.TOKEN_REVOKED);
        }
    }
}
