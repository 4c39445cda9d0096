package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.AuthResult;
import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.delivery.Hub;
import dev.hermes.gateway.delivery.NewStream;
import dev.hermes.gateway.delivery.Subscription;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.wire.StreamSinks;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Opens a stream: checks flag, credential, parameters, scope and capacity, in this order, then finds its start
 * position and its greetings, and gives it to the hub of this event loop.
 */
final class StreamHandler implements Handler<RoutingContext> {

    /** Reads what a request asks for from its path and query. */
    @FunctionalInterface
    interface Selecting {
        Selection select(RoutingContext context, Query query);
    }

    private final HttpServices services;
    private final RequestAuthenticator authenticator;
    private final ClientAddress addresses;
    private final Hub hub;
    private final StreamSinks sinks;
    private final AdmissionQueue queue;
    private final RefusedStreams refused;
    private final StreamStart greetings;
    private final StreamStart.Resumption resumption;
    private final Route route;

    /**
     * One of the routes that open streams.
     *
     * @param parameters the names of the parameters it accepts
     */
    record Route(Selecting selecting, Set<String> parameters) {

        /** A route that also accepts the parameters of every stream. */
        static Route of(Selecting selecting, Set<String> own) {
            Set<String> parameters = new LinkedHashSet<>(own);
            parameters.add("token");
            parameters.add("last_event_id");
            parameters.add("conflate");
            return new Route(selecting, parameters);
        }
    }

    StreamHandler(HttpServices services, HttpServices.LoopServices loopServices, Hub hub, Route route) {
        this.services = services;
        this.authenticator = loopServices.authenticator();
        this.addresses = loopServices.addresses();
        this.sinks = loopServices.sinks();
        this.queue = loopServices.queue();
        this.refused = loopServices.refused();
        this.hub = hub;
        this.greetings = new StreamStart(services);
        this.resumption = new StreamStart.Resumption(services);
        this.route = route;
    }

    @Override
    public void handle(RoutingContext context) {
        if (!services.sseFlag().enabled()) {
            refuse(context, Problem.switchedOff());
            return;
        }
        Query query = Query.of(context.request().uri());
        String token = query.raw("token");
        queue.run(
                        context.response()::closed,
                        () -> authenticator
                                .authenticate(context.request(), AuthResult.Endpoint.EVENTS, token)
                                .compose(credential -> open(context, query, credential)))
                .onFailure(failure -> refuse(context, Answers.problemOf(context, failure)));
    }

    private void refuse(RoutingContext context, Problem problem) {
        refused.add(context, addresses.of(context.request()), problem);
        Answers.streamProblem(context, problem);
    }

    private Future<Void> open(RoutingContext context, Query query, Credential credential) {
        query.requireOnly(route.parameters());
        boolean conflate = query.flag("conflate", true);
        Cursor cursor = cursor(context.request(), query);
        Catalogue catalogue = services.settings().catalogue();
        Selection selection = route.selecting().select(context, query);
        Subscription allowed = selection.allowedBy(Selection.scopes(query, credential.scopes(), catalogue), catalogue);
        Subscription subscription = conflate ? Selection.conflated(allowed, catalogue) : allowed;
        requireNotDraining();
        services.overload().requireNone(context.request());
        boolean headOnly = context.request().method().equals(HttpMethod.HEAD);
        String address = addresses.of(context.request());
        Admission.Ticket ticket = headOnly
                ? Admission.Ticket.FREE
                : services.admission().stream(Admission.Claimant.of(address, credential));
        if (ticket == null) {
            throw Problem.of(Problem.Unavailable.MAX_CONNECTIONS).asException();
        }
        RepeatedFailures.Attempt attempt = cursor instanceof Cursor.At at
                ? new RepeatedFailures.Attempt(List.of(address, credential), subscription, at.id())
                : null;
        return start(selection, subscription, cursor, attempt)
                .map(start -> {
                    // Checked again: the open streams are being ended by now, and this one would be missed.
                    requireNotDraining();
                    requireSwitchedOn();
                    CredentialPermit permit = new CredentialPermit(credential);
                    String requestId = Routes.RequestId.given(context.request());
                    return new NewStream(
                            requestId == null ? Routes.RequestId.made(context) : UUID.randomUUID(),
                            subscription,
                            start.position(),
                            start.greetings(),
                            permit,
                            new NewStream.Client(address, permit.kind(), credential.userId(), requestId),
                            ticket.retryMillis(),
                            ending(ticket, attempt));
                })
                .onSuccess(stream -> begin(context, stream, headOnly))
                .onFailure(failure -> ticket.release())
                .mapEmpty();
    }

    private NewStream.End ending(Admission.Ticket ticket, RepeatedFailures.@Nullable Attempt attempt) {
        if (attempt == null) {
            return ticket;
        }
        RepeatedFailures.Begun begun = services.repeatedFailures().begin(attempt);
        return broke -> {
            // First, so that whoever comes into this place is counted after the one that failed.
            if (broke) {
                begun.failed();
            }
            ticket.release();
        };
    }

    private void requireSwitchedOn() {
        if (!services.sseFlag().enabled()) {
            throw Problem.switchedOff().asException();
        }
    }

    private void requireNotDraining() {
        if (services.draining().getAsBoolean()) {
            throw Problem.of(Problem.Unavailable.SHUTTING_DOWN).asException();
        }
    }

    private Future<StreamStart.Start> start(
            Selection selection, Subscription subscription, Cursor cursor, RepeatedFailures.@Nullable Attempt attempt) {
        if (cursor instanceof Cursor.Fresh) {
            return services.log()
                    .open(cursor, greetings.recalls(selection, subscription))
                    .compose(start -> greetings.of(start, selection, subscription));
        }
        Future<EventLog.StartPosition> opened =
                attempt == null ? services.log().open(cursor, List.of()) : resumption.open(cursor, attempt);
        return opened.map(start -> new StreamStart.Start(start, List.of()));
    }

    /** The header wins: the browser sets it, and it is newer than the query, which every reconnect repeats. */
    private static Cursor cursor(HttpServerRequest request, Query query) {
        String header = request.getHeader(StreamSinks.StreamHead.LAST_EVENT_ID);
        if (header != null && !header.isBlank()) {
            return Cursor.parse(header.strip());
        }
        String text = query.text("last_event_id");
        return text == null ? new Cursor.Fresh() : queryCursor("last_event_id", text);
    }

    static Cursor queryCursor(String name, String text) {
        Cursor cursor = Cursor.parse(text);
        if (cursor instanceof Cursor.Unreadable) {
            throw Problem.badRequest("Invalid " + name + " " + Query.quoted(text) + ". Allowed: the id of an event")
                    .asException();
        }
        return cursor;
    }

    private void begin(RoutingContext context, NewStream stream, boolean headOnly) {
        HttpServerResponse response = context.response();
        if (response.closed() || response.ended()) {
            stream.end().ended(false);
            return;
        }
        EventLog.StartPosition start = stream.start();
        StreamSinks.StreamHead.write(response);
        response.putHeader(
                StreamSinks.StreamHead.LAST_EVENT_ID, start.position().toString());
        if (headOnly) {
            response.end();
            return;
        }
        if (!context.pathParams().isEmpty()) {
            // The router has copied these and the whole query to a map that would live as long as the stream.
            context.request().params().clear();
        }
        sinks.open(context.request(), sink -> hub.open(stream, sink));
    }
}
