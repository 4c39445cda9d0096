package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.auth.Door;
import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.delivery.Admission;
import dev.hermes.gateway.delivery.Hub;
import dev.hermes.gateway.delivery.PendingPoll;
import dev.hermes.gateway.delivery.PollPage;
import dev.hermes.gateway.delivery.Subscription;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.log.Recall;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The same events as a stream, a page at a time, for clients that cannot stream; works with the flag off. */
final class PollHandler implements Handler<RoutingContext> {

    private static final int MAX_WAIT_SECONDS = 30;
    private static final int MAX_LIMIT = 1_000;
    private static final int DEFAULT_LIMIT = 100;

    private final HttpServices services;
    private final EdgeServices edge;
    private final Hub hub;
    private final Greetings greetings;
    private final Set<String> parameters;

    PollHandler(HttpServices services, EdgeServices edge, Hub hub) {
        this.services = services;
        this.edge = edge;
        this.hub = hub;
        this.greetings = new Greetings(services);
        this.parameters =
                new LinkedHashSet<>(List.of("channels", "scopes", "token", "after", "wait", "limit", "greet"));
        parameters.addAll(Selection.filterNames(services.settings().catalogue()));
    }

    @Override
    public void handle(RoutingContext context) {
        Query query = Query.of(context.request().uri());
        edge.gate()
                .pass(context.request(), Door.EVENTS, query.raw("token"))
                .compose(credential -> poll(context, query, credential))
                .onSuccess(answer -> answer(context, answer))
                .onFailure(failure -> Answers.problem(context, Answers.problemOf(context, failure)));
    }

    /**
     * What a poll is answered.
     *
     * @param greetings how things stood at the position it began at, or null where that was not asked
     */
    private record Answer(PollPage page, @Nullable List<Envelope> greetings) {}

    private Future<Answer> poll(RoutingContext context, Query query, Credential credential) {
        query.requireOnly(parameters);
        String after = query.text("after");
        Cursor cursor = after == null ? new Cursor.Fresh() : StreamHandler.queryCursor("after", after);
        int asked = query.number("wait", 0, 0, MAX_WAIT_SECONDS);
        int limit = query.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        // Who resumes knows how things stood.
        boolean greet = query.flag("greet", false) && after == null;
        Catalogue catalogue = services.settings().catalogue();
        Subscription subscription = Selection.ofQuery(query, catalogue)
                .allowedBy(Selection.scopes(query, credential.scopes(), catalogue), catalogue);
        List<Recall> recalls = greet ? greetings.recalls(subscription) : List.of();
        refuseWhileDraining();
        if (greet) {
            return services.log()
                    .open(cursor, recalls)
                    .compose(opening -> greetings
                            .standing(opening, recalls, subscription)
                            // At once, and without the events of meanwhile: they come after this position.
                            .map(standing ->
                                    new Answer(new PollPage(List.of(), opening.position(), opening.gap()), standing)));
        }
        boolean headOnly = context.request().method().equals(HttpMethod.HEAD);
        Duration wait = headOnly ? Duration.ZERO : Duration.ofSeconds(asked);
        Admission.Ticket ticket = wait.isZero()
                ? Admission.Ticket.FREE
                : services.admission().waitingPoll(edge.addresses().of(context.request()));
        if (ticket == null) {
            throw Problem.of(Unavailable.MAX_CONNECTIONS).asException();
        }
        return services.log()
                .open(cursor, List.of())
                .map(opening -> {
                    // Again: those that wait have been answered by now.
                    refuseWhileDraining();
                    return opening;
                })
                .onFailure(failure -> ticket.release())
                .compose(opening -> {
                    PendingPoll poll =
                            hub.poll(subscription, new CredentialLease(credential), opening, limit, wait, ticket);
                    HttpServerResponse response = context.response();
                    response.closeHandler(closed -> poll.gone());
                    if (response.closed()) {
                        poll.gone();
                    }
                    return poll.page().map(page -> new Answer(page, null));
                });
    }

    private void refuseWhileDraining() {
        if (services.draining().getAsBoolean()) {
            throw Problem.of(Unavailable.SHUTTING_DOWN).asException();
        }
    }

    private static void answer(RoutingContext context, Answer answer) {
        HttpServerResponse response = context.response();
        if (!response.ended() && !response.closed()) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(json(answer));
        }
    }

    /** Written by hand for one reason: each event's data must stay the very bytes of its producer. */
    private static Buffer json(Answer answer) {
        PollPage page = answer.page();
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
