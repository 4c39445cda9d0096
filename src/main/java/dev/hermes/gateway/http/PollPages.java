package dev.hermes.gateway.http;

import dev.hermes.gateway.delivery.PendingPoll;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.wire.ConnectionSweep;
import dev.hermes.gateway.wire.PollAnswer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.Json;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends the pages of polls, a few in a turn of the event loop: an event for which a thousand polls have waited must not hold
 * up the streams. Owned by one event loop.
 */
final class PollPages {

    /** What one turn may build; about a millisecond's work. */
    private static final int PAGES_A_TURN = 32;

    private static final int BYTES_A_TURN = 256 * 1_024;

    /**
     * What a poll is answered.
     *
     * @param greetings how things stood at the position it began at, or null where that was not asked
     */
    record Answer(PendingPoll.Page page, @Nullable List<Envelope> greetings) {}

    private record Waiting(HttpServerRequest request, Answer answer, Runnable whenRead) {}

    private final OwnerLoop loop;
    private final ConnectionSweep sweep;
    private final long stallMillis;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean underWay;

    PollPages(OwnerLoop loop, ConnectionSweep sweep, Duration stallTimeout) {
        this.loop = loop;
        this.sweep = sweep;
        this.stallMillis = stallTimeout.toMillis();
    }

    /** Answers with that. {@code whenRead} is called once, when the client has taken it or is gone. */
    void send(HttpServerRequest request, Answer answer, Runnable whenRead) {
        waiting.add(new Waiting(request, answer, whenRead));
        if (!underWay) {
            underWay = true;
            loop.later(this::next);
        }
    }

    private void next() {
        int bytes = 0;
        for (int pages = 0; pages < PAGES_A_TURN && bytes < BYTES_A_TURN && !waiting.isEmpty(); pages++) {
            Waiting first = waiting.remove();
            Buffer page = json(first.answer());
            bytes += page.length();
            PollAnswer answer = new PollAnswer(first.request(), page, stallMillis, first.whenRead());
            sweep.sending(answer);
            answer.begin();
        }
        underWay = !waiting.isEmpty();
        if (underWay) {
            loop.afterSockets(this::next);
        }
    }

    /** Written by hand for one reason: each event's data must stay the very bytes of its producer. */
    private static Buffer json(Answer answer) {
        PendingPoll.Page page = answer.page();
        Buffer json = Buffer.buffer("{\"events\":[");
        boolean first = true;
        for (Event event : page.events()) {
            json.appendString(first ? "{\"id\":" : ",{\"id\":")
                    .appendString(Json.encode(event.id().toString()))
                    .appendString(",");
            append(json, event.envelope())
                    .appendString(",\"timestamp\":")
                    .appendString(Json.encode(event.envelope().timestamp()))
                    .appendString("}");
            first = false;
        }
        Gap gap = page.gap();
        json.appendString("],\"last_id\":")
                .appendString(Json.encode(page.lastId().toString()))
                .appendString(",\"gap\":")
                .appendString(gap == null ? "false" : gap.toJson().encode());
        if (answer.greetings() != null) {
            String opening = ",\"greetings\":[";
            for (Envelope greeting : answer.greetings()) {
                append(json.appendString(opening).appendString("{"), greeting).appendString("}");
                opening = ",";
            }
            json.appendString(answer.greetings().isEmpty() ? opening + "]" : "]");
        }
        return json.appendString("}");
    }

    private static Buffer append(Buffer json, Envelope envelope) {
        return json.appendString("\"channel\":")
                .appendString(Json.encode(envelope.channel()))
                .appendString(",\"event\":")
                .appendString(Json.encode(envelope.type()))
                .appendString(",\"data\":")
                .appendBuffer(envelope.data());
    }
}
