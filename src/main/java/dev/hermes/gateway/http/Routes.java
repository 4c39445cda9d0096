package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.AuthResult;
import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.delivery.Hub;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Defines the paths of the public port and their handlers. Built once for each event loop. */
final class Routes {

    static final String BASE = "/api/v1/events";

    private static final long TOKEN_BODY_BYTES = 64 * 1_024;
    private static final String CREDENTIAL = "credential";

    private final HttpServices services;
    private final HttpServices.LoopServices loopServices;
    private final Hub hub;
    private final Router router;

    Routes(Vertx vertx, HttpServices services, HttpServices.LoopServices loopServices, Hub hub) {
        this.services = services;
        this.loopServices = loopServices;
        this.hub = hub;
        this.router = Router.router(vertx);
    }

    Router build() {
        router.route()
                .handler(loopServices.counts())
                .handler(new RequestId())
                .handler(new Cors(services.settings().http()));
        streams();
        answer("/poll", new PollHandler(services, loopServices, hub), HttpMethod.GET, HttpMethod.HEAD);
        answer("/health", this::health, HttpMethod.GET, HttpMethod.HEAD);
        bodies();
        new BrowserRoutes(services.settings(), services.sseFlag(), loopServices.files()).addTo(router);
        Answers.ErrorAnswers.install(router);
        return router;
    }

    private void streams() {
        Catalogue catalogue = services.settings().catalogue();
        Set<String> filters = Selection.filterNames(catalogue);
        Set<String> parameters = new LinkedHashSet<>(filters);
        parameters.add("channels");
        parameters.add("scopes");
        stream("/stream", (context, query) -> Selection.ofQuery(query, catalogue), parameters);
        for (Channel channel : catalogue.channels().values()) {
            if (channel.route() != null) {
                boolean keyed = channel.scope().keyed();
                stream(
                        "/" + channel.route() + (keyed ? "/:id" : ""),
                        (context, query) ->
                                Selection.ofRoute(channel, keyed ? context.pathParam("id") : null, query, catalogue),
                        Set.copyOf(channel.filters()));
            }
        }
    }

    private void stream(String path, StreamHandler.Selecting selecting, Set<String> parameters) {
        StreamHandler.Route route = StreamHandler.Route.of(selecting, parameters);
        answer(path, new StreamHandler(services, loopServices, hub, route), HttpMethod.GET, HttpMethod.HEAD);
    }

    private void bodies() {
        TokenHandler tokens =
                new TokenHandler(services.tokens(), services.settings().catalogue(), loopServices.counts());
        PublishHandler publish = new PublishHandler(services);
        withBody("/token", HttpMethod.POST, AuthResult.Endpoint.TOKEN, TOKEN_BODY_BYTES, tokens::mint);
        withBody("/token", HttpMethod.DELETE, AuthResult.Endpoint.TOKEN, TOKEN_BODY_BYTES, tokens::revoke);
        withBody(
                "/publish",
                HttpMethod.POST,
                AuthResult.Endpoint.PUBLISH,
                services.settings().history().maxEventBytes(),
                (context, credential) -> publish.publish(context));
        onlyMethods("/token", HttpMethod.POST, HttpMethod.DELETE);
        onlyMethods("/publish", HttpMethod.POST);
    }

    /** The credential is checked before any of the body is read. */
    private void withBody(
            String path,
            HttpMethod method,
            AuthResult.Endpoint endpoint,
            long maxBytes,
            BiConsumer<RoutingContext, Credential> action) {
        router.route(method, BASE + path).handler(context -> authenticate(context, endpoint));
        router.route(method, BASE + path).handler(Routes::requireJson);
        router.route(method, BASE + path).handler(BodyHandler.create(false).setBodyLimit(maxBytes));
        router.route(method, BASE + path).handler(context -> action.accept(context, context.get(CREDENTIAL)));
    }

    private void authenticate(RoutingContext context, AuthResult.Endpoint endpoint) {
        context.request().pause();
        loopServices
                .authenticator()
                .authenticate(context.request(), endpoint, null)
                .onSuccess(credential -> {
                    if (context.response().closed()) {
                        // The connection's end has already released what had arrived of the body.
                        return;
                    }
                    context.put(CREDENTIAL, credential);
                    context.request().resume();
                    context.next();
                })
                .onFailure(failure -> {
                    context.request().resume();
                    Answers.problem(context, Answers.problemOf(context, failure));
                });
    }

    private static void requireJson(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (media.equals("application/json")) {
            context.next();
        } else {
            Answers.problem(
                    context,
                    Problem.of(415, "Unsupported content type " + Query.quoted(media) + ". Allowed: application/json"));
        }
    }

    private void answer(String path, Handler<RoutingContext> handler, HttpMethod... methods) {
        for (HttpMethod method : methods) {
            router.route(method, BASE + path).handler(handler);
        }
        onlyMethods(path, methods);
    }

    /** RFC 9110 §15.5.6: a 405 must say which methods are allowed. */
    private void onlyMethods(String path, HttpMethod... methods) {
        String allowed = Arrays.stream(methods).map(HttpMethod::name).collect(Collectors.joining(", "));
        router.route(BASE + path).handler(context -> {
            context.response().putHeader(HttpHeaders.ALLOW, allowed);
            Answers.problem(context, Problem.of(405, "Method Not Allowed"));
        });
    }

    private void health(RoutingContext context) {
        Answers.json(
                context,
                200,
                new JsonObject()
                        .put("enabled", services.sseFlag().enabled())
                        .put("active_connections", services.admission().openStreams())
                        .put("max_connections", services.settings().streams().maxConnections())
                        .put(
                                "heartbeat_interval",
                                services.settings()
                                        .streams()
                                        .heartbeatInterval()
                                        .toSeconds()));
    }

    /** Gives each request an id, the client's own if it is well formed, and returns it in the answer. */
    static final class RequestId implements Handler<RoutingContext> {

        static final String HEADER = "X-Request-Id";

        private static final Pattern DECENT = Pattern.compile("[A-Za-z0-9._-]{1,64}");

        @Override
        public void handle(RoutingContext context) {
            String given = given(context.request());
            context.response()
                    .putHeader(HEADER, given == null ? UUID.randomUUID().toString() : given);
            context.next();
        }

        /** The client's own id of the request, if it is well formed. */
        static @Nullable String given(HttpServerRequest request) {
            String given = request.getHeader(HEADER);
            return given != null && DECENT.matcher(given).matches() ? given : null;
        }

        /** The id that was made for a request without one. */
        static UUID made(RoutingContext context) {
            return UUID.fromString(of(context));
        }

        static String of(RoutingContext context) {
            return String.valueOf(context.response().headers().get(HEADER));
        }
    }
}
