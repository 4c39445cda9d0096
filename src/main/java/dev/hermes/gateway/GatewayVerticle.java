package dev.hermes.gateway;

import dev.hermes.gateway.config.LoadedSettings;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.config.SseFlag;
import dev.hermes.gateway.http.Admission;
import dev.hermes.gateway.ingest.LinkSupervisor;
import dev.hermes.gateway.ops.DrainPlan;
import dev.hermes.gateway.ops.ManagementServer;
import dev.hermes.gateway.ops.Metrics;
import dev.hermes.gateway.ops.Readiness;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway, whole, as one verticle to deploy, on an event loop. In an application around it its settings come from the
 * deployment's configuration, by the names of the environment:
 *
 * <pre>{@code
 * vertx.deployVerticle(new GatewayVerticle(), new DeploymentOptions().setConfig(
 *         new JsonObject().put("HERMES_REDIS_URL", "none").put("HERMES_ENABLE_SSE", true)));
 * }</pre>
 *
 * Deployment succeeds once the ports listen, with or without Redis; it fails with a {@link
 * dev.hermes.gateway.config.SettingsException} for settings that cannot be used, and when a port is taken. Undeploying ends
 * the streams that are open, each with its word. Deploy one instance in a Vert.x. Events are published to {@link
 * dev.hermes.gateway.event.Publication#ADDRESS}.
 */
public final class GatewayVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayVerticle.class);

    private final InstantSource clock;
    private final @Nullable LoadedSettings given;
    private final BiConsumer<Router, SseFlag> furtherRoutes;

    /** What was opened, the last one first: closed in this order. */
    private final Deque<Supplier<Future<Void>>> opened = new ArrayDeque<>();

    private @Nullable Running running;

    /** Written on this verticle's loop, read by every request. */
    private volatile @Nullable Instant drainingSince;

    /** Whether every instance of the public port listens; of this verticle's loop. */
    private boolean listening;

    private record Running(Settings settings, Wiring wiring, ManagementServer management) {}

    /** Takes its settings from the deployment's configuration. */
    public GatewayVerticle() {
        this(null, (router, flag) -> {}, InstantSource.system());
    }

    /** Takes settings that were loaded before, and adds paths to the public port, which may switch the flag. */
    GatewayVerticle(@Nullable LoadedSettings given, BiConsumer<Router, SseFlag> furtherRoutes) {
        this(given, furtherRoutes, InstantSource.system());
    }

    /** As before, with another wall clock than the machine's. */
    GatewayVerticle(@Nullable LoadedSettings given, BiConsumer<Router, SseFlag> furtherRoutes, InstantSource clock) {
        this.clock = clock;
        this.given = given;
        this.furtherRoutes = furtherRoutes;
    }

    @Override
    public Future<?> start() {
        Future<LoadedSettings> loading =
                given == null ? SettingsLoader.load(vertx, config()) : Future.succeededFuture(given);
        return loading.compose(loaded -> SseFlag.watch(vertx, loaded).compose(flag -> open(loaded, flag)))
                .recover(failure -> stop().transform(closed -> Future.failedFuture(failure)));
    }

    private Future<Void> open(LoadedSettings loaded, SseFlag flag) {
        opened.push(flag::close);
        loaded.warnings().forEach(LOG::warn);
        Settings settings = loaded.settings();
        Wiring wiring = new Wiring(vertx, settings, flag, clock, () -> drainingSince != null);
        opened.push(wiring::close);
        Metrics metrics = new Metrics(vertx, settings.catalogue().channels().keySet(), wiring::readings);
        opened.push(() -> {
            metrics.close();
            return Future.succeededFuture();
        });
        ManagementServer management = new ManagementServer(
                vertx,
                settings.management(),
                () -> readiness(wiring.supervisor()),
                metrics,
                wiring.authenticator()::isApiKey);
        opened.push(management::close);
        running = new Running(settings, wiring, management);
        return management
                .start()
                .compose(started -> wiring.open(router -> furtherRoutes.accept(router, flag)))
                .onSuccess(open -> listening = true);
    }

    private Readiness readiness(LinkSupervisor supervisor) {
        Instant draining = drainingSince;
        if (draining != null) {
            return Readiness.of(new Readiness.Problem("draining", draining, "the gateway is shutting down"));
        }
        if (!listening) {
            return Readiness.of(new Readiness.Problem("starting", null, "the public port does not listen yet"));
        }
        return supervisor.flowing()
                ? Readiness.ready()
                : Readiness.of(new Readiness.Problem("redis", null, supervisor.problem()));
    }

    /**
     * Takes no new streams, and ends those that are open one after another, each with its own time to come back. Completes
     * when none is left, or at the configured timeout. Undeploy after that. Must be called on this verticle's loop.
     */
    Future<Void> drain() {
        Running now = running;
        if (now == null || drainingSince != null) {
            return Future.succeededFuture();
        }
        drainingSince = Instant.now();
        Duration timeout = now.settings().drainTimeout();
        Admission admission = now.wiring().admission();
        Promise<Void> drained = Promise.promise();
        admission.onEmpty(() -> context.runOnContext(none -> drained.tryComplete()));
        now.wiring().drain(DrainPlan.over(admission.openStreams(), timeout));
        long giveUp = vertx.setTimer(timeout.toMillis(), late -> drained.tryComplete());
        return drained.future().onComplete(done -> vertx.cancelTimer(giveUp));
    }

    /** Runs what must run on this verticle's loop, from any thread. */
    Future<Void> onOwnLoop(Supplier<Future<Void>> work) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(go -> work.get().onComplete(done));
        return done.future();
    }

    /** The public port in use; once deployed. */
    public int port() {
        return running == null ? -1 : running.wiring().publicPort().actualPort();
    }

    /** The management port in use; once deployed. */
    public int managementPort() {
        return running == null ? -1 : running.management().actualPort();
    }

    @Override
    public Future<?> stop() {
        Future<?> closed = Future.succeededFuture();
        while (!opened.isEmpty()) {
            closed = closed.eventually(opened.pop());
        }
        return closed;
    }
}
