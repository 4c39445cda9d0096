package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client that polls from page to page, and whose whole story is checked. */
final class ModelPoll {

    private final HubFixture fixture;
    private final Subscription subscription;
    private Ledger.@Nullable Follower follower;
    private @Nullable PendingPoll pending;
    private EventLog.@Nullable StartPosition opening;
    private int limit;
    private int pages;

    ModelPoll(HubFixture fixture, Subscription subscription) {
        this.fixture = fixture;
        this.subscription = subscription;
    }

    boolean waiting() {
        return pending != null && !pending.page().isComplete();
    }

    int pages() {
        return pages;
    }

    void ask(int newLimit, Duration wait) {
        check();
        EventLog.StartPosition start =
                fixture.open(follower == null ? new Cursor.Fresh() : new Cursor.At(follower.position()));
        if (follower == null) {
            follower = fixture.ledger.follow(subscription, start.position());
        }
        limit = newLimit;
        opening = start;
        pending = fixture.hub.poll(subscription, HubFixture.ENDLESS, start, newLimit, wait);
    }

    void breakOff() {
        if (waiting() && pending != null) {
            pending.gone();
            pending = null;
        }
        check();
    }

    /** Looks at the page that came, if one did. */
    private void check() {
        if (pending != null && opening != null && follower != null) {
            pages++;
            check(pending.page().result(), opening, limit, follower);
            pending.read();
            pending = null;
        }
    }

    private static void check(PendingPoll.Page page, EventLog.StartPosition opening, int limit, Ledger.Follower at) {
        if (page.events().size() > limit) {
            throw new AssertionError("more than asked for: " + page);
        }
        Gap gap = page.gap();
        if (opening.gap() != null && !opening.gap().equals(gap)) {
            throw new AssertionError("never told of " + opening.gap());
        }
        if (gap != null && gap.reason() == Gap.Reason.SOURCE_HOLE) {
            at.hole(gap);
        } else if (gap != null) {
            at.declaredLost(gap.resumedAt().toString());
        }
        EventId last = at.position();
        for (Event event : page.events()) {
            at.event(
                    event.id().toString(),
                    event.envelope().type(),
                    event.envelope().data().toString(StandardCharsets.UTF_8));
            last = event.id();
        }
        if (last.isAfter(page.lastId())) {
            throw new AssertionError("last_id before the last event: " + page);
        }
        at.position(page.lastId().toString());
    }
}
