package dev.hermes.gateway.http;

import dev.hermes.gateway.delivery.RepeatedFailures;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.log.GapReason;
import dev.hermes.gateway.log.Opening;
import io.vertx.core.Future;
import java.util.List;

/** Where a stream with a cursor starts: there, unless the same client has broken there time and again. */
final class Resumption {

    private final EventLog log;
    private final RepeatedFailures failures;

    Resumption(HttpServices services) {
        this.log = services.log();
        this.failures = services.repeatedFailures();
    }

    Future<Opening> open(Cursor cursor, RepeatedFailures.Attempt attempt) {
        return log.open(cursor, List.of())
                .compose(opening -> opening.gap() == null && failures.isLoop(attempt)
                        ? log.position().map(tip -> beyond(attempt, tip))
                        : Future.succeededFuture(opening));
    }

    private static Opening beyond(RepeatedFailures.Attempt attempt, EventId tip) {
        return new Opening(
                tip, Gap.of(GapReason.REPEATED_FAILURE, attempt.cursor().toString(), tip), List.of());
    }
}
