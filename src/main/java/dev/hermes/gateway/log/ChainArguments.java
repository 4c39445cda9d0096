package dev.hermes.gateway.log;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.EventId;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The form in which {@code chain.lua} takes calls and answers them. */
final class ChainArguments {

    /** Of one width, so that the script can compare two as text. */
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final int FIRST_RESULT = 5;

    private ChainArguments() {}

    static void append(Request request, ChainBatch batch) {
        request.arg(MILLIS.format(batch.heardAt())).arg(batch.subscriptions().size());
        batch.subscriptions().forEach(request::arg);
        batch.calls().forEach(call -> append(request, call));
    }

    static void append(Request request, Envelope envelope) {
        request.arg(envelope.loggedAs())
                .arg(envelope.type())
                .arg(envelope.data())
                .arg(envelope.timestamp());
    }

    static String time(Instant instant) {
        return MILLIS.format(instant);
    }

    private static void append(Request request, ChainCall call) {
        if (call instanceof ChainCall.Append append) {
            number(request, "a", append.marker(), append.subscription(), append.n());
            append(request, append.envelope());
        } else if (call instanceof ChainCall.Reject reject) {
            number(request, "x", reject.marker(), reject.subscription(), reject.n());
        } else if (call instanceof ChainCall.Roll roll) {
            request.arg("r").arg(roll.from()).arg(roll.to());
            roll.counts().forEach(request::arg);
        } else if (call instanceof ChainCall.Start start) {
            request.arg("s").arg(start.marker()).arg(time(start.from())).arg(time(start.to()));
        } else if (call instanceof ChainCall.Query query) {
            request.arg("q").arg(query.marker());
        }
    }

    private static void number(Request request, String letter, long marker, int subscription, long n) {
        request.arg(letter).arg(marker).arg(subscription + 1).arg(n);
    }

    /** {@code {1, current, before, appended, newest, result...}} */
    static ChainAnswer answer(Response response) {
        List<ChainResult> results = new ArrayList<>(response.size());
        for (int index = FIRST_RESULT; index < response.size(); index++) {
            results.add(result(response.get(index).toString()));
        }
        return new ChainAnswer(
                response.get(1).toLong(),
                EventId.parse(response.get(2).toString()),
                response.get(3).toInteger(),
                Objects.requireNonNull(EventId.parse(response.get(4).toString())),
                results);
    }

    private static ChainResult result(String word) {
        EventId id = EventId.parse(word);
        return id == null ? ChainResult.Status.valueOf(word.toUpperCase(Locale.ROOT)) : new ChainResult.Appended(id);
    }
}
