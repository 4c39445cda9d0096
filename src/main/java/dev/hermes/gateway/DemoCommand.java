package dev.hermes.gateway;

import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.demo.DemoRoutes;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.demo.SimulatedDownloads;
import dev.hermes.gateway.ops.Signals;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import picocli.CommandLine.Command;

/**
 * The demo of the gateway: with its own real Redis, simulated downloads that publish as Hermes does, and a page that
 * shows them. Settings apply as in production, except the Redis, the flag, the secret key, the page and, unless set
 * in the environment, shorter heartbeats. A signal ends it at once, with status 0 and nothing left behind.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Starts the gateway with a Redis of its own, simulated downloads and a page to watch them.")
final class DemoCommand implements Runnable {

    private static final int SECRET_BYTES = 32;

    /** The effects of the page's buttons show within one or two heartbeats. */
    private static final String HEARTBEAT = "5s";

    @Override
    public void run() {
        EmbeddedRedis redis = EmbeddedRedis.start();
        SettingsLoader.Loaded loaded = GatewayProcess.load(environment(redis), SettingsLoader.Mode.DEMO);
        Vertx vertx = GatewayProcess.vertx(loaded.settings());
        SimulatedDownloads downloads = new SimulatedDownloads(vertx, redis.url().toString(), System.nanoTime());
        DemoRoutes routes = new DemoRoutes(redis, downloads);
        Future<GatewayProcess> started = GatewayProcess.start(vertx, loaded, routes::addTo, running -> {})
                .compose(gateway -> downloads.start().map(gateway))
                .onSuccess(gateway -> greet(gateway.port(), downloads.token()))
                .onFailure(failure -> {
                    redis.close();
                    GatewayProcess.refuse(failure);
                });
        Signals.onTermination(() -> end(started, vertx, downloads, redis), () -> {
            // The process ends everything except Redis, which would outlive it.
            redis.close();
            GatewayProcess.halt();
        });
    }

    /**
     * Closes in the order in which events pass, Redis last: anything still using Redis would take its end for a
     * failure.
     */
    private static void end(
            Future<GatewayProcess> started, Vertx vertx, SimulatedDownloads downloads, EmbeddedRedis redis) {
        downloads
                .close()
                .eventually(() -> started.compose(GatewayProcess::undeploy))
                .eventually(vertx::close)
                .onComplete(closed -> {
                    redis.close();
                    Runtime.getRuntime().exit(0);
                });
    }

    private static Map<String, String> environment(EmbeddedRedis redis) {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("HERMES_REDIS_URL", redis.url().toString());
        environment.put("HERMES_REDIS_DB", "0");
        environment.put("HERMES_REDIS_CLUSTER", "false");
        environment.remove("HERMES_REDIS_SENTINEL_MASTER");
        environment.put("HERMES_ENABLE_SSE", "true");
        environment.put("HERMES_PAGE", "true");
        environment.putIfAbsent("HERMES_HOST", "127.0.0.1");
        environment.putIfAbsent("HERMES_SSE_HEARTBEAT_INTERVAL", HEARTBEAT);
        environment.putIfAbsent("HERMES_SECRET_KEY", HexFormat.of().formatHex(secret));
        return environment;
    }

    private static void greet(int port, String token) {
        String address = "http://localhost:" + port;
        System.out.println();
        System.out.println("  Downloads are moving:  " + address + "/");
        System.out.println("  The same, raw:         " + DemoRoutes.curl(address, token));
        System.out.println("  To end it:             Ctrl-C");
        System.out.println();
    }
}
