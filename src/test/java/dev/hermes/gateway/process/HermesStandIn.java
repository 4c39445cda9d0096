package dev.hermes.gateway.process;

import static dev.hermes.gateway.fixture.Futures.await;

import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Hermes as its pages and its proxy see it: the page of {@code hermes.html}, the calls it makes, tokens written into Redis,
 * and the streams it has of its own, without cursor or replay.
 */
final class HermesStandIn implements AutoCloseable {

    private static final String PAGE = "dev/hermes/gateway/process/hermes.html";
    private static final DateTimeFormatter PYTHON = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx");
    private static final Map<String, String> CHANNELS =
            Map.of("queue", "queue:updates", "stats", "stats:updates", "system", "system:notifications");
    private static final String DOWNLOADS = "download:updates";

    private final Vertx vertx = Vertx.vertx();
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger minted = new AtomicInteger();
    private final List<String> downloads;
    private final JWTAuth jwts;
    private final Redis redis;
    private final RedisConnection subscribed;
    private final RedisConnection commands;
    private final HttpServer server;

    /** Each open stream of its own with what it listens to: a channel, and for a download its id after a blank. */
    private final Map<HttpServerResponse, String> streams = new ConcurrentHashMap<>();

    /**
     * @param downloads the active ones
     */
    HermesStandIn(String redisUrl, List<String> downloads) {
        this.downloads = downloads;
        jwts = JWTAuth.create(
                vertx,
                new JWTAuthOptions()
                        .addPubSecKey(
                                new PubSecKeyOptions().setAlgorithm("HS256").setBuffer(RunningGateway.SECRET_KEY)));
        redis = Redis.createClient(vertx, redisUrl);
        commands = await(redis.connect());
        subscribed = await(redis.connect());
        subscribed.handler(this::hear);
        Request subscribe = Request.cmd(Command.SUBSCRIBE).arg(DOWNLOADS);
        CHANNELS.values().forEach(subscribe::arg);
        await(subscribed.send(subscribe));
        Router router = Router.router(vertx);
        router.get("/")
                .handler(request -> request.response()
                        .putHeader("Content-Type", "text/html; charset=utf-8")
                        .sendFile(PAGE));
        router.get("/config.js")
                .handler(request -> request.response()
                        .putHeader("Content-Type", "text/javascript")
                        .end("window.__RUNTIME_CONFIG__ = {\"API_BASE_URL\": \"/api/v1\"};"));
        router.post("/api/v1/auth/refresh").handler(this::refresh);
        router.get("/api/v1/queue/").handler(this::queue);
        router.get("/api/v1/stats/")
                .handler(request ->
                        authorized(request, () -> request.json(new JsonObject().put("changes", changes.get()))));
        router.post("/api/v1/events/token").handler(BodyHandler.create(false)).handler(this::token);
        router.get("/api/v1/events/downloads/:id")
                .handler(request -> stream(
                        request, DOWNLOADS + " " + request.pathParam("id"), "download:" + request.pathParam("id")));
        CHANNELS.forEach((path, channel) ->
                router.get("/api/v1/events/" + path).handler(request -> stream(request, channel, path)));
        server = await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    }

    int port() {
        return server.actualPort();
    }

    /** The queue that its API answers has changed. */
    int change() {
        return changes.incrementAndGet();
    }

    /** How many tokens it has handed out. */
    int minted() {
        return minted.get();
    }

    /** How many streams of its own are open. */
    int streams() {
        return streams.size();
    }

    private void refresh(RoutingContext request) {
        JsonObject claims =
                new JsonObject().put("sub", "alice").put("user_id", "u-1").put("type", "access");
        JWTOptions options = new JWTOptions()
                .setIssuer("hermes-api")
                .setAudience(List.of("hermes-app"))
                .setExpiresInMinutes(15);
        request.json(new JsonObject().put("access_token", jwts.generateToken(claims, options)));
    }

    private void queue(RoutingContext request) {
        authorized(
                request,
                () -> request.json(
                        new JsonObject().put("active", new JsonArray(downloads)).put("changes", changes.get())));
    }

    /** As Hermes does, its own mistake with the scope {@code stats} too. */
    private void token(RoutingContext request) {
        authorized(request, () -> {
            JsonObject asked = request.body().asJsonObject();
            String scope = asked.getString("scope");
            int ttl = asked.getInteger("ttl", 600);
            boolean download = scope.startsWith("download:");
            if (scope.equals("stats")) {
                error(request, 500);
            } else if (download && !downloads.contains(scope.substring("download:".length()))) {
                error(request, 404);
            } else if (!download && !CHANNELS.containsKey(scope)) {
                error(request, 400);
            } else if (ttl < 60 || ttl > 3_600) {
                error(request, 422);
            } else {
                mint(request, scope, ttl);
            }
        });
    }

    private void mint(RoutingContext request, String scope, int ttl) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        String token = "sse_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        Instant now = Instant.now();
        JsonArray permissions = new JsonArray().add("read");
        String end = PYTHON.format(now.plusSeconds(ttl).atOffset(ZoneOffset.UTC));
        JsonObject stored = new JsonObject()
                .put("scope", scope)
                .put("user_id", "u-1")
                .put("expires_at", end)
                .put("permissions", permissions)
                .put("created_at", PYTHON.format(now.atOffset(ZoneOffset.UTC)));
        commands.send(Request.cmd(Command.SETEX)
                        .arg("sse:token:" + token)
                        .arg(ttl)
                        .arg(stored.encode()))
                .onSuccess(done -> {
                    minted.incrementAndGet();
                    request.json(new JsonObject()
                            .put("token", token)
                            .put("scope", scope)
                            .put("permissions", permissions)
                            .put("ttl", ttl)
                            .put("expires_at", end));
                })
                .onFailure(failure -> error(request, 500));
    }

    private void authorized(RoutingContext request, Runnable then) {
        String header = Objects.requireNonNullElse(request.request().getHeader("Authorization"), "");
        String jwt = header.startsWith("Bearer ") ? header.substring("Bearer ".length()) : "";
        Future<?> user = jwt.isEmpty()
                ? Future.failedFuture("no JWT")
                : jwts.authenticate(new io.vertx.ext.auth.authentication.TokenCredentials(jwt));
        user.onSuccess(known -> then.run()).onFailure(unknown -> error(request, 401));
    }

    private static void error(RoutingContext request, int status) {
        request.response().setStatusCode(status);
        JsonObject error = new JsonObject().put("code", "http_" + status).put("message", "refused");
        request.json(new JsonObject().put("error", error));
    }

    private void stream(RoutingContext request, String wanted, String scope) {
        String token = Objects.requireNonNullElse(request.request().getParam("token"), "");
        commands.send(Request.cmd(Command.GET).arg("sse:token:" + token))
                .onSuccess(stored -> {
                    if (request.response().closed()) {
                        return;
                    }
                    if (stored == null
                            || !new JsonObject(stored.toString())
                                    .getString("scope")
                                    .equals(scope)) {
                        error(request, 401);
                        return;
                    }
                    HttpServerResponse response = request.response()
                            .setChunked(true)
                            .putHeader("Content-Type", "text/event-stream; charset=utf-8")
                            .putHeader("Cache-Control", "no-cache");
                    response.exceptionHandler(cut -> streams.remove(response))
                            .closeHandler(gone -> streams.remove(response));
                    response.write("event: connected\ndata: {}\n\n");
                    streams.put(response, wanted);
                })
                .onFailure(failure -> error(request, 500));
    }

    private void hear(Response push) {
        if (push.type() != ResponseType.PUSH || !push.get(0).toString().equals("message")) {
            return;
        }
        String channel = push.get(1).toString();
        JsonObject message = new JsonObject(push.get(2).toString());
        JsonObject data = message.getJsonObject("data");
        String keyed = channel.equals(DOWNLOADS) ? channel + " " + data.getString("download_id") : channel;
        String frame = "event: " + message.getString("type") + "\ndata: " + data.encode() + "\n\n";
        streams.entrySet().stream()
                .filter(stream -> stream.getValue().equals(keyed))
                .map(Map.Entry::getKey)
                .collect(Collectors.toList())
                .forEach(response -> response.write(frame));
    }

    @Override
    public void close() {
        redis.close();
        await(vertx.close());
    }
}
