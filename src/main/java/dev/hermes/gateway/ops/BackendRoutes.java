package dev.hermes.gateway.ops;

import dev.hermes.gateway.chain.MarkerChain;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /redis} and {@code /log} of the management port: what lies behind the streams. Redis is asked anew for each
 * request to the former; the latter answers from the readings that the metrics show, and asks Redis nothing.
 */
final class BackendRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(BackendRoutes.class);

    private final Vertx vertx;
    private final ManagementServer.Gateway gateway;
    private final Metrics metrics;
    private final Duration limit;

    /** @param limit for the readings, which come from other event loops */
    BackendRoutes(Vertx vertx, ManagementServer.Gateway gateway, Metrics metrics, Duration limit) {
        this.vertx = vertx;
        this.gateway = gateway;
        this.metrics = metrics;
        this.limit = limit;
    }

    void addTo(Router router) {
        add(router, "/redis", asked -> gateway.redis());
        add(
                router,
                "/log",
                asked -> metrics.read().map(BackendRoutes::log).timeout(limit.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void add(Router router, String path, Function<RoutingContext, Future<JsonObject>> report) {
        String what = path.substring(1);
        router.get(path).handler(context -> {
            Context own = vertx.getOrCreateContext();
            report.apply(context)
                    .onComplete(answered -> own.runOnContext(back -> {
                        if (answered.succeeded()) {
                            JsonAnswer.send(context.response(), 200, answered.result());
                        } else {
                            LOG.warn(
                                    "{} could not be asked reason=\"{}\"",
                                    what,
                                    answered.cause().getMessage());
                            JsonAnswer.problem(
                                    context.response(),
                                    503,
                                    what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1)
                                            + " could not be asked");
                        }
                    }));
        });
        router.route(path).handler(context -> ManagementRoutes.wrongMethod(context, "GET"));
    }

    private static JsonObject log(Metrics.GatewayReadings read) {
        EventLog.Held held = read.log().held();
        EventLog.Appends appends = read.log().appends();
        Settings.History bounds = read.state().history();
        MarkerChain.State chain = read.log().chain();
        EventId newest = held.newest();
        JsonArray gateways = new JsonArray();
        held.followers()
                .forEach(follower -> gateways.add(new JsonObject()
                        .put("name", follower.name())
                        .put("this_one", follower.own())
                        .put("position", follower.position().toString())
                        .put("heard_seconds_ago", follower.saidSecondsAgo())));
        return new JsonObject()
                .put("store", chain == null ? "memory" : "redis")
                .put("reachable", newest != null)
                .put("entries", known(held.entries()))
                .put("entries_limit", bounds.maxEvents())
                .put("bytes", known(held.bytes()))
                .put("bytes_limit", bounds.maxBytes())
                .put("oldest_seconds", newest == null ? null : held.oldestSeconds())
                .put("oldest_seconds_limit", bounds.maxAge().toSeconds())
                .put("newest", newest == null ? null : newest.toString())
                .put("appends", new JsonObject().put("calls", appends.calls()).put("seconds", appends.seconds()))
                .put(
                        "in_redis",
                        chain == null
                                ? new JsonArray()
                                : JsonArray.of(RedisNames.LOG, RedisNames.LOG_STATE, RedisNames.LOG_SAVED))
                .put("in_memory", inMemory(read, chain))
                .put("chain", chain == null ? null : json(chain))
                .put("gateways", gateways);
    }

    private static @Nullable Long known(double number) {
        return Double.isNaN(number) ? null : (Long) Math.round(number);
    }

    private static JsonObject inMemory(Metrics.GatewayReadings read, MarkerChain.@Nullable State chain) {
        JsonArray windows = new JsonArray();
        read.hubs().stream()
                .map(HubCounters.Snapshot::kept)
                .forEach(kept -> windows.add(
                        new JsonObject().put("entries", kept.entries()).put("bytes", kept.bytes())));
        return new JsonObject()
                .put("windows", windows)
                .put("unanswered_calls", chain == null ? 0 : chain.waitingCalls())
                .put("unanswered_bytes", chain == null ? 0 : chain.waitingBytes());
    }

    private static JsonObject json(MarkerChain.State chain) {
        return new JsonObject()
                .put("identity", chain.identity())
                .put("marker", chain.marker())
                .put("log_marker", chain.logMarker() == 0 ? null : chain.logMarker())
                .put("settled", chain.settled());
    }
}
