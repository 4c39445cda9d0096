package dev.hermes.gateway.ops;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Defines the paths of the management port and answers them. */
final class ManagementRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementRoutes.class);

    private static final String BEARER = "bearer ";

    private final Vertx vertx;
    private final ManagementServer.Gateway gateway;
    private final Metrics metrics;
    private final Duration scrapeLimit;

    ManagementRoutes(Vertx vertx, ManagementServer.Gateway gateway, Metrics metrics, Duration scrapeLimit) {
        this.vertx = vertx;
        this.gateway = gateway;
        this.metrics = metrics;
        this.scrapeLimit = scrapeLimit;
    }

    Router router() {
        Router router = Router.router(vertx);
        open(router, "/health/live", ManagementRoutes::live);
        open(router, "/health/ready", this::ready);
        open(router, "/metrics", this::metrics);
        OperatorPage.addTo(router);
        router.route().handler(this::requireKey);
        new StreamRoutes(vertx, gateway).addTo(router);
        new ExplainRoute(vertx, gateway).addTo(router);
        new ProcessRoutes(gateway).addTo(router);
        new BackendRoutes(vertx, gateway, metrics, scrapeLimit).addTo(router);
        router.route().handler(context -> JsonAnswer.problem(context.response(), 404, "Not found"));
        router.errorHandler(400, context -> JsonAnswer.problem(context.response(), 400, "Bad request"));
        router.errorHandler(500, ManagementRoutes::failed);
        return router;
    }

    /** Adds a path that needs no credential. */
    private static void open(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
        router.route(path).handler(context -> wrongMethod(context, "GET, HEAD"));
    }

    private static void live(RoutingContext context) {
        JsonAnswer.send(context.response(), 200, new JsonObject().put("status", "live"));
    }

    private void ready(RoutingContext context) {
        ManagementServer.Readiness now = gateway.readiness();
        JsonArray problems = new JsonArray();
        for (ManagementServer.Readiness.Problem problem : now.problems()) {
            JsonObject json = new JsonObject().put("what", problem.what());
            if (problem.since() != null) {
                json.put("since", problem.since().toString());
            }
            problems.add(json.put("detail", problem.detail()));
        }
        JsonAnswer.send(
                context.response(),
                now.isReady() ? 200 : 503,
                new JsonObject()
                        .put("status", now.isReady() ? "ready" : "not_ready")
                        .put("problems", problems));
    }

    private void metrics(RoutingContext context) {
        // The numbers come from other event loops, one of which may be blocked.
        long limit = vertx.setTimer(
                scrapeLimit.toMillis(),
                late -> unavailable(context, "no answer for " + scrapeLimit.toMillis() + " ms"));
        Context own = vertx.getOrCreateContext();
        metrics.scrape()
                .onComplete(scraped -> own.runOnContext(back -> {
                    if (!vertx.cancelTimer(limit)) {
                        return;
                    }
                    if (scraped.failed()) {
                        unavailable(context, String.valueOf(scraped.cause()));
                    } else if (!context.response().closed()) {
                        context.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, Metrics.CONTENT_TYPE)
                                .end(scraped.result());
                    }
                }));
    }

    private static void unavailable(RoutingContext context, String reason) {
        LOG.warn("metrics could not be read reason=\"{}\"", reason);
        JsonAnswer.problem(context.response(), 503, "The metrics could not be read");
    }

    /** For unknown paths too: only operators learn which there are. */
    private void requireKey(RoutingContext context) {
        String key = bearer(context.request().getHeader(HttpHeaders.AUTHORIZATION));
        if (key != null && gateway.isApiKey(key)) {
            context.next();
        } else {
            context.response().putHeader("WWW-Authenticate", "Bearer");
            JsonAnswer.problem(
                    context.response(), 401, key == null ? "Authorization required" : "Invalid or expired credentials");
        }
    }

    static void wrongMethod(RoutingContext context, String allowed) {
        context.response().putHeader(HttpHeaders.ALLOW, allowed);
        JsonAnswer.problem(context.response(), 405, "Method not allowed");
    }

    private static void failed(RoutingContext context) {
        LOG.error("management request failed path={}", context.normalizedPath(), context.failure());
        JsonAnswer.problem(context.response(), 500, "Internal server error");
    }

    /**
     * The text after the scheme, which is compared case-insensitively (RFC 9110 §11.1); null for no scheme or another
     * one.
     */
    private static @Nullable String bearer(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }
}
