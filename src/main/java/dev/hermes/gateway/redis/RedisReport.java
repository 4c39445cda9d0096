package dev.hermes.gateway.redis;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants to know of the server behind a link: its version, memory and clock, and which rights the
 * gateway's account lacks. Sends only commands of which the account has most anyway, never {@code CONFIG} or {@code
 * ACL}. Not in here is what a live link proves each second: subscribing, publishing, {@code HSETNX}, {@code HGET} and
 * {@code PING}.
 */
public final class RedisReport {

    private static final String NOT_A_NUMBER = "hermes-doctor";
    private static final String TOKEN = RedisNames.TOKEN_KEYS + "hermes-doctor";

    /**
     * A right, and a command that needs it and changes nothing: Redis looks at the right before it looks at the
     * arguments, some of which are wrong on purpose.
     */
    private record Right(String name, Request harmless) {}

    private RedisReport() {}

    /**
     * Redis as this gateway sees it, and the bounds of the log in it. In a Cluster the server's own facts are those of
     * one node. Fails as {@link RedisCommands#sendAll} does.
     *
     * @param commands null for a gateway without Redis
     */
    public static Future<JsonObject> of(@Nullable RedisCommands commands, Settings settings, InstantSource clock) {
        JsonObject own = new JsonObject()
                .put("configured", commands != null)
                .put("available", commands != null && commands.available())
                .put("history", settings.history().store().name().toLowerCase(Locale.ROOT))
                .put("history_max_bytes", settings.history().maxBytes());
        if (commands == null || !commands.available()) {
            return Future.succeededFuture(own);
        }
        List<String> snapshotKeys = settings.catalogue().channels().values().stream()
                .map(Channel::snapshotKey)
                .filter(Objects::nonNull)
                .map(key -> key.forKey(NOT_A_NUMBER))
                .toList();
        return ask(commands, snapshotKeys, clock).map(own::mergeIn);
    }

    /** @param snapshotKeys a key for each pattern of keys that snapshots are read from */
    private static Future<JsonObject> ask(RedisCommands commands, List<String> snapshotKeys, InstantSource clock) {
        List<Right> rights = rights(snapshotKeys);
        List<Request> requests = new ArrayList<>(List.of(
                Request.cmd(Command.INFO).arg("server"),
                Request.cmd(Command.INFO).arg("memory"),
                Request.cmd(Command.TIME)));
        rights.forEach(right -> requests.add(right.harmless()));
        Instant asked = clock.instant();
        return commands.sendAll(requests).map(answers -> {
            Instant between =
                    asked.plus(Duration.between(asked, clock.instant()).dividedBy(2));
            JsonObject report = new JsonObject();
            server(report, answers.get(0), answers.get(1));
            clock(report, answers.get(2), between);
            JsonArray missing = new JsonArray();
            for (int number = 0; number < rights.size(); number++) {
                if (isForbidden(answers.get(number + requests.size() - rights.size()))) {
                    missing.add(rights.get(number).name());
                }
            }
            return report.put("missing_rights", missing);
        });
    }

    private static void server(JsonObject report, @Nullable Response server, @Nullable Response memory) {
        if (server == null || memory == null || RedisErrors.isError(server) || RedisErrors.isError(memory)) {
            return;
        }
        Optional<ServerVersion> version = ServerVersion.parse(server.toString());
        version.ifPresent(found -> report.put("product", found.product())
                .put("version", found.text())
                .put("supported", found.problem() == null));
        Matcher fields = Pattern.compile("(?m)^(used_memory|maxmemory|maxmemory_policy):([\\w-]+)")
                .matcher(memory.toString());
        while (fields.find()) {
            boolean word = fields.group(1).endsWith("policy");
            report.put(fields.group(1), word ? fields.group(2) : (Object) Long.valueOf(fields.group(2)));
        }
    }

    private static void clock(JsonObject report, @Nullable Response time, Instant here) {
        if (time != null && !RedisErrors.isError(time)) {
            Instant there =
                    Instant.ofEpochSecond(time.get(0).toLong()).plus(time.get(1).toLong(), ChronoUnit.MICROS);
            report.put("clock_ahead_ms", Duration.between(here, there).toMillis());
        }
    }

    private static boolean isForbidden(@Nullable Response answer) {
        return answer != null
                && RedisErrors.isError(answer)
                && RedisErrors.code(answer).equals("NOPERM");
    }

    private static List<Right> rights(List<String> snapshotKeys) {
        String log = RedisNames.LOG;
        String state = RedisNames.LOG_STATE;
        String saved = RedisNames.LOG_SAVED;
        List<Right> rights = new ArrayList<>(List.of(
                right("+info", Command.INFO, "server"),
                right("+time", Command.TIME),
                right("+eval", Command.EVAL, "return 1", "1", state),
                right("+evalsha", Command.EVALSHA, "0".repeat(40), "1", state),
                right("+hgetall ~" + state, Command.HGETALL, state),
                right("+hset ~" + state, Command.HSET, state, "field", "value", "no value for this one"),
                right("+hget ~" + saved, Command.HGET, saved, "field"),
                right("+hset ~" + saved, Command.HSET, saved, "field", "value", "no value for this one"),
                right("+xadd ~" + log, Command.XADD, log, NOT_A_NUMBER, "field", "value"),
                right("+xread ~" + log, Command.XREAD, "COUNT", "1", "STREAMS", log, "$"),
                right("+xrange ~" + log, Command.XRANGE, log, "-", "-"),
                right("+xrevrange ~" + log, Command.XREVRANGE, log, "-", "-"),
                right("+xlen ~" + log, Command.XLEN, log),
                right("+xtrim ~" + log, Command.XTRIM, log, "MAXLEN", NOT_A_NUMBER),
                right("+xdel ~" + log, Command.XDEL, log, NOT_A_NUMBER),
                right(
                        "+xadd ~" + RedisNames.REJECTED,
                        Command.XADD,
                        RedisNames.REJECTED,
                        NOT_A_NUMBER,
                        "field",
                        "value"),
                right("+get ~" + RedisNames.TOKEN_KEYS + "*", Command.GET, TOKEN),
                right("+exists ~" + RedisNames.TOKEN_KEYS + "*", Command.EXISTS, TOKEN),
                right("+set ~" + RedisNames.TOKEN_KEYS + "*", Command.SET, TOKEN, "value", "EX", NOT_A_NUMBER),
                right("+del ~" + RedisNames.TOKEN_KEYS + "*", Command.DEL, TOKEN)));
        snapshotKeys.forEach(key -> rights.add(right("+get ~" + key, Command.GET, key)));
        return rights;
    }

    private static Right right(String name, Command command, String... arguments) {
        Request request = Request.cmd(command);
        for (String argument : arguments) {
            request.arg(argument);
        }
        return new Right(name, request);
    }
}
