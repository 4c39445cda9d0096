package dev.hermes.gateway;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsException;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.config.SseFlag;
import dev.hermes.gateway.ops.FileDescriptorLimit;
import dev.hermes.gateway.ops.JvmFlags;
import dev.hermes.gateway.ops.LogSetup;
import dev.hermes.gateway.ops.Signals;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway as its own process: loads settings and starts. At the first signal it drains and ends with status 0; at
 * the second it ends immediately with status 130.
 */
final class GatewayProcess {

    /** Names are looked up at each new connection; this makes the hosts file no exception. */
    private static final int HOSTS_REFRESH_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);

    private static final int CANNOT_START = 1;
    private static final int INTERRUPTED = 130;

    /** What takes effect when the settings are read again; everything else needs a restart. */
    private static final Set<String> RELOADABLE = Set.of("HERMES_ENABLE_SSE", "HERMES_DEBUG", "HERMES_LOG_LEVEL");

    private final Vertx vertx;
    private final GatewayVerticle gateway;

    private GatewayProcess(Vertx vertx, GatewayVerticle gateway) {
        this.vertx = vertx;
        this.gateway = gateway;
    }

    /** Starts for production. On the main thread; if the gateway cannot start, the process ends with status 1. */
    static void start(Map<String, String> environment, SettingsLoader.Mode mode) {
        // From the very first, since it would end the process.
        Signals.onHangUp(() -> LOG.info("signal ignored signal=SIGHUP reason=\"still starting\""));
        SettingsLoader.Loaded loaded = load(environment, mode);
        start(vertx(loaded.settings()), loaded, (router, flag) -> {}, process -> {
                    Signals.onHangUp(
                            () -> process.reload(SettingsLoader.load(process.vertx, environment, mode), loaded));
                    Signals.onTermination(process::drain, GatewayProcess::halt);
                })
                .onFailure(GatewayProcess::refuse);
    }

    /** Applies what can be applied while streams are open, and says what was. Any thread. */
    private void reload(Future<SettingsLoader.Loaded> read, SettingsLoader.Loaded started) {
        read.onFailure(failure -> {
            gateway.reloadFailed();
            if (failure instanceof SettingsException settings) {
                settings.problems()
                        .forEach(problem ->
                                LOG.error("settings cannot be used, all stays as it is problem=\"{}\"", problem));
            } else {
                LOG.error("settings cannot be read, all stays as it is reason=\"{}\"", failure.getMessage());
            }
        });
        read.onSuccess(now -> {
            LogSetup.level(now.settings().logging().level());
            gateway.switchTo(now.settings().sseEnabled());
            Set<String> waiting = new TreeSet<>(now.differences(started));
            waiting.removeAll(RELOADABLE);
            LOG.info(
                    "settings were read again signal=SIGHUP sse={} log_level={} waiting_for_a_restart={}",
                    now.settings().sseEnabled() ? "on" : "off",
                    now.settings().logging().level(),
                    waiting.isEmpty() ? "none" : String.join(",", waiting));
        });
    }

    /**
     * Loads the settings on a temporary Vert.x, since the settings decide how the gateway's own is created. Blocks;
     * for the main thread. Ends the process with status 1 if settings are invalid.
     */
    static SettingsLoader.Loaded load(Map<String, String> environment, SettingsLoader.Mode mode) {
        Vertx loading =
                Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setFileSystemOptions(withoutTemporaryFolder()));
        Future<SettingsLoader.Loaded> loaded =
                SettingsLoader.load(loading, environment, mode).onFailure(GatewayProcess::refuse);
        try {
            return loaded.await();
        } finally {
            loading.close().await();
        }
    }

    /**
     * Starts on a Vert.x made by {@link #vertx}, with further routes on the public port.
     *
     * @param running takes the gateway once it runs, before the log says so: whoever reads that line may send a signal
     */
    static Future<GatewayProcess> start(
            Vertx vertx,
            SettingsLoader.Loaded loaded,
            BiConsumer<Router, SseFlag> furtherRoutes,
            Consumer<GatewayProcess> running) {
        Settings settings = loaded.settings();
        LogSetup.apply(settings.logging());
        FileDescriptorLimit.ofThisProcess()
                .warnUnlessItCarries(
                        settings.streams().maxConnections(), settings.overload().descriptorPercent());
        WarmUp.Served warmUp = warmUp(settings);
        GatewayVerticle gateway = new GatewayVerticle(loaded, furtherRoutes);
        return vertx.deployVerticle(gateway).map(deployed -> {
            GatewayProcess process = new GatewayProcess(vertx, gateway);
            running.accept(process);
            LOG.info(
                    "gateway started port={} management_port={} sse={} history={} redis={} channels={} transport={} java={}"
                            + " version={} max_connections={} descriptors={} warm_up_streams={} warm_up_events={} settings=\"{}\" jvm_flags=\"{}\"",
                    gateway.port(),
                    gateway.managementPort(),
                    settings.sseEnabled() ? "on" : "off",
                    settings.history().store(),
                    topology(settings.redis()),
                    settings.catalogue().channels().size(),
                    vertx.isNativeTransportEnabled() ? "native" : "nio",
                    Runtime.version().feature(),
                    Main.version(),
                    settings.streams().maxConnections(),
                    FileDescriptorLimit.ofThisProcess(),
                    warmUp.streams(),
                    warmUp.events(),
                    written(loaded),
                    JvmFlags.difference());
            return process;
        });
    }

    /** Without a line in the log, unless it fails: whatever the reason, the gateway then starts cold. */
    private static WarmUp.Served warmUp(Settings settings) {
        if (settings.warmUp().isZero()) {
            return WarmUp.Served.NOTHING;
        }
        LogSetup.silence();
        Exception failure;
        try {
            return WarmUp.run(vertx(settings), settings.warmUp(), null);
        } catch (IOException | RuntimeException failed) {
            failure = failed;
        } finally {
            LogSetup.level(settings.logging().level());
        }
        LOG.warn("warm-up failed, starting without reason=\"{}\"", failure.getMessage());
        return WarmUp.Served.NOTHING;
    }

    /** The kind of Redis, as configured; its version is told once it is reached. */
    private static String topology(Settings.Redis redis) {
        if (!redis.present()) {
            return "none";
        }
        return redis.cluster() ? "cluster" : redis.sentinelMaster() == null ? "single" : "sentinel";
    }

    /** The settings that are not left at their defaults. */
    private static String written(SettingsLoader.Loaded loaded) {
        return loaded.effective().stream()
                .filter(setting -> !setting.origin().equals("default"))
                .map(setting -> setting.name() + "=" + setting.value())
                .collect(Collectors.joining(" "));
    }

    /**
     * Creates the gateway's Vert.x, with the native transport epoll if its library is available. With io_uring a
     * delivery took more than twice the CPU time, see the performance page.
     */
    static Vertx vertx(Settings settings) {
        long limitMillis = settings.eventLoopLimit().toMillis();
        return Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setAddressResolverOptions(new AddressResolverOptions().setHostsRefreshPeriod(HOSTS_REFRESH_MILLIS))
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS)
                .setMaxEventLoopExecuteTime(limitMillis)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
                .setBlockedThreadCheckInterval(Math.max(1, Math.min(1_000, limitMillis / 2)))
                .setFileSystemOptions(withoutTemporaryFolder()));
    }

    /** No files are served, so none need to be unpacked. */
    private static FileSystemOptions withoutTemporaryFolder() {
        return new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    }

    /** Prints why the gateway cannot start, and ends the process with status 1. */
    static void refuse(Throwable failure) {
        explain(failure);
        Runtime.getRuntime().exit(CANNOT_START);
    }

    /** Prints one line for each reason why the gateway cannot start. */
    static void explain(Throwable failure) {
        if (failure instanceof SettingsException settings) {
            settings.problems().forEach(problem -> System.err.println("hermes-gateway: " + problem));
        } else {
            System.err.println("hermes-gateway: cannot start: " + failure.getMessage());
        }
    }

    /** Ends the process immediately, with the status of an interrupted process. */
    static void halt() {
        Runtime.getRuntime().halt(INTERRUPTED);
    }

    int port() {
        return gateway.port();
    }

    /** Ends open streams, each with its {@code closing} frame, and everything else, without draining. Any thread. */
    Future<Void> undeploy() {
        return vertx.undeploy(gateway.deploymentID());
    }

    /** Drains, closes and ends the process. Any thread. */
    private void drain() {
        LOG.info("gateway is draining");
        gateway.onOwnLoop(gateway::drain)
                .eventually(() -> gateway.served()
                        .onSuccess(served -> LOG.info(
                                "gateway served streams={} events={} seconds={}",
                                served.streams(),
                                served.events(),
                                ManagementFactory.getRuntimeMXBean().getUptime() / 1_000)))
                .eventually(vertx::close)
                .onComplete(closed -> {
                    LOG.info("gateway ended");
                    Runtime.getRuntime().exit(0);
                });
    }
}
