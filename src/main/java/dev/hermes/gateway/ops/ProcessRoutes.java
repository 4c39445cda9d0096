package dev.hermes.gateway.ops;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsLoader;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /settings}, {@code /log-level} and {@code /warnings} of the management port. */
final class ProcessRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessRoutes.class);
    private static final int MOST_BODY_BYTES = 1_024;
    private static final String LEVELS = Arrays.stream(Settings.Logging.Level.values())
            .map(ProcessRoutes::word)
            .collect(Collectors.joining(", "));

    private final ManagementServer.Gateway gateway;

    ProcessRoutes(ManagementServer.Gateway gateway) {
        this.gateway = gateway;
    }

    void addTo(Router router) {
        router.get("/settings").handler(this::settings);
        router.route("/settings").handler(context -> ManagementRoutes.wrongMethod(context, "GET"));
        router.route("/warnings").handler(this::requireOwnLog);
        router.get("/warnings").handler(ProcessRoutes::warnings);
        router.route("/warnings").handler(context -> ManagementRoutes.wrongMethod(context, "GET"));
        router.route("/log-level").handler(this::requireOwnLog);
        router.get("/log-level").handler(ProcessRoutes::level);
        router.put("/log-level").handler(ProcessRoutes::changeLevel);
        router.route("/log-level").handler(context -> ManagementRoutes.wrongMethod(context, "GET, PUT"));
    }

    private static void warnings(RoutingContext context) {
        JsonAnswer.send(context.response(), 200, LogSetup.warnings().report());
    }

    private void settings(RoutingContext context) {
        JsonArray settings = new JsonArray();
        for (SettingsLoader.Effective setting : gateway.settings()) {
            settings.add(new JsonObject()
                    .put("name", setting.name())
                    .put("value", setting.value())
                    .put("from", setting.origin()));
        }
        JsonAnswer.send(
                context.response(),
                200,
                new JsonObject().put("sse_enabled_now", gateway.sseEnabled()).put("settings", settings));
    }

    private void requireOwnLog(RoutingContext context) {
        if (gateway.ownsLog()) {
            context.next();
        } else {
            JsonAnswer.problem(
                    context.response(), 404, "What is logged is decided by the application around the gateway");
        }
    }

    private static void level(RoutingContext context) {
        JsonAnswer.send(context.response(), 200, new JsonObject().put("level", word(LogSetup.level())));
    }

    private static void changeLevel(RoutingContext context) {
        context.request().body().onSuccess(body -> {
            Settings.Logging.Level level = body.length() > MOST_BODY_BYTES ? null : read(body.toString());
            if (level == null) {
                JsonAnswer.problem(context.response(), 400, "Send {\"level\": …}. Allowed: " + LEVELS);
                return;
            }
            LogSetup.level(level);
            LOG.info("log level changed level={}", word(level));
            level(context);
        });
    }

    private static Settings.Logging.@Nullable Level read(String body) {
        try {
            JsonObject written = new JsonObject(body);
            return Arrays.stream(Settings.Logging.Level.values())
                    .filter(level -> written.equals(new JsonObject().put("level", word(level))))
                    .findFirst()
                    .orElse(null);
        } catch (DecodeException notJson) {
            return null;
        }
    }

    private static String word(Settings.Logging.Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
