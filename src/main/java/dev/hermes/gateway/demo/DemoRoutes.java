package dev.hermes.gateway.demo;

import dev.hermes.gateway.config.SseFlag;
import dev.hermes.gateway.wire.StreamSinks;
import dev.hermes.gateway.wire.StreamStall;
import io.netty.util.NetUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Adds what the page has only in the demo: a token without asking, and buttons that cause failures. */
public final class DemoRoutes {

    private static final String STREAM = "/api/v1/events/stream";
    private static final int BEFORE_ALL = -1;

    private final EmbeddedRedis redis;
    private final SimulatedDownloads downloads;

    /** The connections that carry a stream, on all event loops. */
    private final Set<HttpConnection> streaming = ConcurrentHashMap.newKeySet();

    public DemoRoutes(EmbeddedRedis redis, SimulatedDownloads downloads) {
        this.redis = redis;
        this.downloads = downloads;
    }

    public void addTo(Router router, SseFlag flag) {
        router.route("/page/access.json").order(BEFORE_ALL).handler(DemoRoutes::onlyItsOwnPage);
        router.route("/demo/*").order(BEFORE_ALL).handler(DemoRoutes::onlyItsOwnPage);
        router.get(STREAM).order(BEFORE_ALL).handler(this::remember);
        router.get("/page/access.json").order(BEFORE_ALL).handler(context -> access(context, flag));
        router.post("/demo/cut").handler(this::cut);
        router.post("/demo/stall").handler(context -> stall(context, true));
        router.post("/demo/flow").handler(context -> stall(context, false));
        router.post("/demo/token").handler(context -> answer(context, downloads.revokeToken()));
        router.post("/demo/flag").handler(context -> {
            flag.switchTo(!flag.enabled());
            answer(context, new JsonObject().put("enabled", flag.enabled()));
        });
        router.post("/demo/redis").handler(this::restartRedis);
    }

    /** A command line that shows the same stream in a terminal. */
    public static String curl(String address, String token) {
        return "curl -N '" + address + STREAM + "?token=" + token + "'";
    }

    /**
     * Refuses what a page of another site sends: its origin is another, or its own name was made to lead here (DNS
     * rebinding), which cannot be done with an address or with {@code localhost}.
     */
    private static void onlyItsOwnPage(RoutingContext context) {
        HostAndPort authority = context.request().authority();
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        if (authority == null || !itself(authority.host())) {
            refuse(
                    context,
                    "Host " + (authority == null ? "missing" : authority.host())
                            + ". Allowed: localhost or an IP address");
        } else if (origin != null && !origin.equals(context.request().scheme() + "://" + authority)) {
            refuse(context, "Origin " + origin + ". Allowed: the demo's own page");
        } else {
            context.next();
        }
    }

    private static boolean itself(String host) {
        return host.equals("localhost") || NetUtil.createInetAddressFromIpAddressString(host) != null;
    }

    private static void refuse(RoutingContext context, String why) {
        context.response()
                .setStatusCode(403)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(new JsonObject().put("detail", "Not for " + why).encode());
    }

    private void remember(RoutingContext context) {
        HttpConnection connection = context.request().connection();
        if (streaming.add(connection)) {
            StreamSinks.keepHttp(context.request());
            context.response().endHandler(ended -> {
                streaming.remove(connection);
                StreamStall.release(connection);
            });
        }
        context.next();
    }

    private void access(RoutingContext context, SseFlag flag) {
        String address = context.request().scheme() + "://" + context.request().authority();
        String token = downloads.token();
        JsonArray actions = JsonArray.of("cut", "token", "flag", "redis");
        if (context.request().version() != HttpVersion.HTTP_2) {
            // On HTTP/2 a stalled connection could not be released any more, since the buttons use it too.
            actions.add("stall");
        }
        answer(
                context,
                new JsonObject()
                        .put("demo", true)
                        .put("token", token)
                        .put("scope", SimulatedDownloads.TOKEN_SCOPE)
                        .put("curl", curl(address, token))
                        .put("enabled", flag.enabled())
                        .put("actions", actions));
    }

    /** Cuts the connections as a network would: without a closing frame. */
    private void cut(RoutingContext context) {
        int streams = streaming.size();
        streaming.forEach(HttpConnection::close);
        streaming.clear();
        answer(context, new JsonObject().put("streams", streams));
    }

    private void stall(RoutingContext context, boolean held) {
        streaming.forEach(held ? StreamStall::hold : StreamStall::release);
        answer(context, new JsonObject().put("streams", streaming.size()));
    }

    private void restartRedis(RoutingContext context) {
        answer(
                context,
                context.vertx()
                        .executeBlocking(() -> {
                            redis.restart();
                            return true;
                        })
                        .mapEmpty());
    }

    private static void answer(RoutingContext context, Future<Void> done) {
        // The action may complete on another loop, and a response must be written on its own.
        Context own = context.vertx().getOrCreateContext();
        done.onSuccess(nothing -> own.runOnContext(back -> answer(context, new JsonObject())))
                .onFailure(failure -> own.runOnContext(back -> context.fail(failure)));
    }

    private static void answer(RoutingContext context, JsonObject body) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body.encode());
    }
}
