package dev.hermes.gateway.chain;

import static dev.hermes.gateway.fixture.Futures.await;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A real Redis with a log in it, and one connection to it. */
public final class ChainRedis implements RedisCommands, AutoCloseable {

    public static final String IDENTITY = "0123456789abcdef0123456789abcdef";

    /** An entry as it stands in the stream. */
    public record Entry(String id, Map<String, String> fields) {

        public String data() {
            return Objects.requireNonNull(fields.get("data"));
        }

        public String type() {
            return Objects.requireNonNull(fields.get("type"));
        }
    }

    private final EmbeddedRedis server;
    private final Vertx vertx = Vertx.vertx();
    private final Redis client;
    private final RedisConnection connection;

    public ChainRedis() {
        this(FreePorts.redis(), RedisClientType.STANDALONE);
        identify(IDENTITY);
    }

    private ChainRedis(EmbeddedRedis server, RedisClientType type) {
        this.server = server;
        this.client = Redis.createClient(
                vertx,
                new RedisOptions().setConnectionString(server.url().toString()).setType(type));
        this.connection = client.connect().await();
    }

    /** A Cluster of one node, and a client that goes by slots. */
    public static ChainRedis cluster() {
        EmbeddedRedis server = FreePorts.redis("cluster-enabled yes");
        Vertx vertx = Vertx.vertx();
        Redis direct = Redis.createClient(vertx, server.url().toString());
        await(direct.send(
                Request.cmd(Command.CLUSTER).arg("ADDSLOTSRANGE").arg(0).arg(16_383)));
        Awaitility.await()
                .until(() -> await(direct.send(Request.cmd(Command.CLUSTER).arg("INFO")))
                        .toString()
                        .contains("cluster_state:ok"));
        await(direct.close());
        await(vertx.close());
        ChainRedis redis = new ChainRedis(server, RedisClientType.CLUSTER);
        redis.identify(IDENTITY);
        return redis;
    }

    public String url() {
        return server.url().toString();
    }

    public static Settings.History bounds(int maxEvents, long maxBytes) {
        return bounds(maxEvents, maxBytes, Duration.ofHours(1));
    }

    public static Settings.History bounds(int maxEvents, long maxBytes, Duration maxAge) {
        return new Settings.History(Settings.History.Store.REDIS, maxEvents, maxAge, maxBytes, 1 << 22);
    }

    public static Envelope envelope(String channel, String data) {
        return new Envelope(channel, "stats_update", null, Map.of(), Buffer.buffer(data), "2026-01-01T00:00:00Z");
    }

    /** What the link to Redis does when it finds none. */
    public void identify(String identity) {
        ask("HSET", RedisNames.LOG_STATE, "identity", identity, "version", "1");
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public Future<@Nullable Response> send(Request request) {
        return connection.send(request);
    }

    @Override
    public Future<List<@Nullable Response>> sendAll(List<Request> requests) {
        return Future.join(requests.stream().map(this::send).toList()).map(all -> all.list());
    }

    /** One command, waited for. */
    public @Nullable Response ask(String command, String... arguments) {
        Request request = Request.cmd(Command.create(command));
        for (String argument : arguments) {
            request.arg(argument);
        }
        return await(connection.send(request));
    }

    /** The whole stream. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (Response entry : Objects.requireNonNull(ask("XRANGE", RedisNames.LOG, "-", "+"))) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (int index = 0; index < entry.get(1).size(); index += 2) {
                fields.put(
                        entry.get(1).get(index).toString(),
                        entry.get(1).get(index + 1).toString());
            }
            entries.add(new Entry(entry.get(0).toString(), fields));
        }
        return entries;
    }

    /** The data of every entry, {@code gap} for a gap. */
    public List<String> log() {
        return entries().stream()
                .map(entry -> "gap".equals(entry.fields().get("type")) ? "gap" : entry.data())
                .toList();
    }

    public @Nullable String state(String field) {
        Response value = ask("HGET", RedisNames.LOG_STATE, field);
        return value == null ? null : value.toString();
    }

    /** What {@code bytes} has to be. */
    public long bytes() {
        return entries().stream()
                .flatMap(entry -> entry.fields().entrySet().stream())
                .mapToLong(field -> Buffer.buffer(field.getKey()).length()
                        + Buffer.buffer(field.getValue()).length())
                .sum();
    }

    @Override
    public void close() {
        await(connection.close());
        await(client.close());
        await(vertx.close());
        server.close();
    }

    /** What a script says that did its work. */
    public static <T> T given(LogScripts.Reply<T> reply) {
        return ((LogScripts.Reply.Given<T>) reply).value();
    }
}
