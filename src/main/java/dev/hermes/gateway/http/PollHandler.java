package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.auth.Door;
import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.delivery.Admission;
import dev.hermes.gateway.delivery.Hub;
import dev.hermes.gateway.delivery.PendingPoll;
import dev.hermes.gateway.delivery.PollPage;
import dev.hermes.gateway.delivery.Subscription;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.Recall;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
                .onFailure(failure -> Answers.problem(context, Answers.problemOf(context, failure)));
    }

    private Future<Void> poll(RoutingContext context, Query query, Credential credential) {
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
        boolean headOnly = context.request().method().equals(HttpMethod.HEAD);
        Duration wait = headOnly ? Duration.ZERO : Duration.ofSeconds(asked);
        Admission.Ticket ticket = services.admission().poll(edge.addresses().of(context.request()));
        if (ticket == null) {
            throw Problem.of(Unavailable.MAX_CONNECTIONS).asException();
        }
        HttpServerResponse response = context.response();
        response.closeHandler(closed -> ticket.release());
        if (response.closed()) {
            ticket.release();
        }
        return services.log()
                .open(cursor, recalls)
                .map(opening -> {
                    // Again: those that wait have been answered by now.
                    refuseWhileDraining();
                    return opening;
                })
                .compose(opening -> greet
                        ? greetings
                                .standing(opening, recalls, subscription)
                                // At once, and without the events of meanwhile: they come after this position.
                                .map(standing -> new PollPages.Answer(
                                        new PollPage(List.of(), opening.position(), opening.gap()), standing))
                        : page(
                                context.request(),
                                hub.poll(subscription, new CredentialLease(credential), opening, limit, wait),
                                ticket))
                .onSuccess(answer -> edge.pages().send(context.request(), answer, ticket::release))
                .onFailure(failure -> ticket.release())
                .mapEmpty();
    }

    private static Future<PollPages.Answer> page(HttpServerRequest request, PendingPoll poll, Admission.Ticket ticket) {
        HttpServerResponse response = request.response();
        response.closeHandler(closed -> {
            poll.gone();
            ticket.release();
        });
        if (response.closed()) {
            poll.gone();
        }
        Pipelining.hold(request, poll::waitNoLonger);
        return poll.page().map(page -> {
            Pipelining.release(request);
            return new PollPages.Answer(page, null);
        });
    }

    private void refuseWhileDraining() {
        if (services.draining().getAsBoolean()) {
            throw Problem.of(Unavailable.SHUTTING_DOWN).asException();
        }
    }
}
