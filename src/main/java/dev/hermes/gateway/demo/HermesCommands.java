package dev.hermes.gateway.demo;

import dev.hermes.gateway.protocol.PythonJson;
import dev.hermes.gateway.protocol.PythonTime;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The Redis commands that Hermes' publishers would send at one moment, in order. Used once, on one thread. */
final class HermesCommands {

    /** How long a progress snapshot and a token live in Redis, as in Hermes. */
    static final int TIME_TO_LIVE_SECONDS = 3600;

    private final Instant now;
    private final List<Request> commands = new ArrayList<>();

    HermesCommands(Instant now) {
        this.now = now;
    }

    Instant now() {
        return now;
    }

    String timestamp() {
        return PythonTime.format(now);
    }

    void downloadProgress(JsonObject data) {
        publish("download:updates", "download_progress", data);
    }

    void queueUpdate(JsonObject data) {
        publish("queue:updates", "queue_update", data);
    }

    void statsUpdate(JsonObject data) {
        publish("stats:updates", "stats_update", data);
    }

    void systemNotification(JsonObject data) {
        publish("system:notifications", "system_notification", data);
    }

    void keepSnapshot(String downloadId, JsonObject snapshot) {
        keep(snapshotKey(downloadId), snapshot);
    }

    void deleteSnapshot(String downloadId) {
        commands.add(Request.cmd(Command.DEL).arg(snapshotKey(downloadId)));
    }

    void keepToken(String token, JsonObject grant) {
        keep(tokenKey(token), grant);
    }

    void deleteToken(String token) {
        commands.add(Request.cmd(Command.DEL).arg(tokenKey(token)));
    }

    List<Request> asList() {
        return List.copyOf(commands);
    }

    private static String tokenKey(String token) {
        return RedisNames.TOKEN_KEYS + token;
    }

    private static String snapshotKey(String downloadId) {
        return "download:" + downloadId + ":progress";
    }

    private void keep(String key, JsonObject value) {
        commands.add(
                Request.cmd(Command.SETEX).arg(key).arg(TIME_TO_LIVE_SECONDS).arg(PythonJson.dumps(value)));
    }

    private void publish(String channel, String type, JsonObject data) {
        JsonObject message =
                new JsonObject().put("type", type).put("data", data).put("timestamp", timestamp());
        commands.add(Request.cmd(Command.PUBLISH).arg(channel).arg(PythonJson.dumps(message)));
    }
}
