package dev.hermes.gateway;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.config.SseFlag;
import dev.hermes.gateway.delivery.Explanation;
import dev.hermes.gateway.delivery.StreamView;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.http.Admission;
import dev.hermes.gateway.ingest.LinkSupervisor;
import dev.hermes.gateway.ops.DrainPlan;
import dev.hermes.gateway.ops.ManagementServer;
import dev.hermes.gateway.ops.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole gateway as one verticle, to be deployed on an event loop. In an application that embeds it, the settings come
 * from the deployment's configuration, under the names of the environment variables:
 *
 * <pre>{@code
 * vertx.deployVerticle(new GatewayVerticle(), new DeploymentOptions().setConfig(
 *         new JsonObject().put("HERMES_REDIS_URL", "none").put("HERMES_ENABLE_SSE", true)));
 * }</pre>
 *
 * Deployment succeeds once the ports listen, with or without Redis. It fails with a {@link
 * dev.hermes.gateway.config.SettingsException} if settings are invalid, and if a port is in use. Undeploying ends the streams
 * that are open, each with a last word. Deploy one instance per Vert.x. Events are published to {@link
 * dev.hermes.gateway.event.Publication#ADDRESS}.
 */
public final class GatewayVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayVerticle.class);
    private static final int WORKERS_LIMIT_SECONDS = 3;

    private final InstantSource clock;
    private final SettingsLoader.@Nullable Loaded given;
    private final BiConsumer<Router, SseFlag> furtherRoutes;

    /** The actions that close what was opened, the last one first; run in this order. */
    private final Deque<Supplier<Future<Void>>> opened = new ArrayDeque<>();

    /** Written on this verticle's loop, read by any thread. */
    private volatile @Nullable Running running;

    /** Written on this verticle's loop, read by any thread. */
    private volatile @Nullable Instant drainingSince;

    /** Whether every instance of the public port listens. Owned by this verticle's loop. */
    private boolean listening;

    private record Running(Settings settings, SseFlag flag, Wiring wiring, ManagementServer management) {}

    /** A gateway with settings from the deployment's configuration. */
    public GatewayVerticle() {
        this(null, (router, flag) -> {}, InstantSource.system());
    }

    /** A gateway with settings that were loaded before; adds routes to the public port, which may switch the flag. */
    GatewayVerticle(SettingsLoader.@Nullable Loaded given, BiConsumer<Router, SseFlag> furtherRoutes) {
        this(given, furtherRoutes, InstantSource.system());
    }

    /** The same, with another wall clock than the machine's. */
    GatewayVerticle(
            SettingsLoader.@Nullable Loaded given, BiConsumer<Router, SseFlag> furtherRoutes, InstantSource clock) {
        this.clock = clock;
        this.given = given;
        this.furtherRoutes = furtherRoutes;
    }

    @Override
    public Future<?> start() {
        Future<SettingsLoader.Loaded> loading =
                given == null ? SettingsLoader.load(vertx, config()) : Future.succeededFuture(given);
        return loading.compose(loaded -> SseFlag.watch(vertx, loaded).compose(flag -> {
                    opened.push(flag::close);
                    return open(loaded, flag);
                }))
                .recover(failure -> stop().transform(closed -> Future.failedFuture(failure)));
    }

    private Future<Void> open(SettingsLoader.Loaded loaded, SseFlag flag) {
        loaded.warnings().forEach(LOG::warn);
        // In many turns, and on workers where it can be: in one, on a machine that is busy, loading the classes would
        // hold up the loop for seconds.
        return vertx.executeBlocking(() -> Wiring.Prepared.of(vertx, loaded.settings(), clock))
                .compose(prepared -> open(loaded, flag, prepared))
                .onSuccess(open -> listening = true);
    }

    private Future<Void> open(SettingsLoader.Loaded loaded, SseFlag flag, Wiring.Prepared prepared) {
        Settings settings = loaded.settings();
        Wiring wiring = new Wiring(vertx, settings, prepared, flag, clock, () -> drainingSince != null);
        opened.push(wiring::close);
        return vertx.executeBlocking(() -> management(new Operated(loaded, flag, wiring)))
                .compose(management -> {
                    opened.push(management::close);
                    running = new Running(settings, flag, wiring, management);
                    return management.start();
                })
                .compose(started -> onOwnLoop(() -> wiring.open(router -> furtherRoutes.accept(router, flag))));
    }

    /** Any thread. */
    private ManagementServer management(Operated operated) {
        Settings settings = operated.loaded.settings();
        Metrics metrics = new Metrics(
                vertx, settings.catalogue().channels().keySet(), () -> operated.wiring.readings(operated.state()));
        return new ManagementServer(vertx, settings.management(), operated, metrics);
    }

    private ManagementServer.Readiness readiness(LinkSupervisor supervisor) {
        Instant draining = drainingSince;
        if (draining != null) {
            return ManagementServer.Readiness.of(
                    new ManagementServer.Readiness.Problem("draining", draining, "the gateway is shutting down"));
        }
        if (!listening) {
            return ManagementServer.Readiness.of(
                    new ManagementServer.Readiness.Problem("starting", null, "the public port does not listen yet"));
        }
        // Overloaded it stays ready: else the others would get its load too, and a balancer that cuts off whoever is
        // not ready would end the open streams.
        if (supervisor.flowing()) {
            return ManagementServer.Readiness.ready();
        }
        double seconds = supervisor.health().downSeconds();
        Instant since = seconds > 0 ? clock.instant().minusMillis(Math.round(seconds * 1e3)) : null;
        return ManagementServer.Readiness.of(
                new ManagementServer.Readiness.Problem("redis", since, supervisor.problem()));
    }

    /** This gateway as its operators see it. */
    private final class Operated implements ManagementServer.Gateway {

        private final SettingsLoader.Loaded loaded;
        private final SseFlag flag;
        private final Wiring wiring;

        Operated(SettingsLoader.Loaded loaded, SseFlag flag, Wiring wiring) {
            this.loaded = loaded;
            this.flag = flag;
            this.wiring = wiring;
        }

        Metrics.GatewayReadings.State state() {
            Instant end = wiring.publicPort().certificateEnd();
            return new Metrics.GatewayReadings.State(
                    loaded.settings().streams().maxConnections(),
                    loaded.settings().history(),
                    readiness().isReady(),
                    flag.enabled(),
                    drainingSince != null,
                    flag.failedReloads(),
                    end == null ? Double.NaN : end.toEpochMilli() / 1e3);
        }

        @Override
        public ManagementServer.Readiness readiness() {
            return GatewayVerticle.this.readiness(wiring.supervisor());
        }

        @Override
        public boolean isApiKey(String text) {
            return wiring.authenticator().isApiKey(text);
        }

        @Override
        public Set<String> channels() {
            return loaded.settings().catalogue().channels().keySet();
        }

        @Override
        public Future<List<StreamView>> streams(StreamView.Query query) {
            return wiring.publicPort().streams(query);
        }

        @Override
        public Future<Integer> endStreams(StreamView.Query query) {
            return wiring.publicPort().end(query);
        }

        @Override
        public Future<Explanation.Answer> explain(String stream, EventId event) {
            return wiring.publicPort().explain(stream, event);
        }

        @Override
        public List<SettingsLoader.Effective> settings() {
            return loaded.effective();
        }

        @Override
        public Future<JsonObject> redis() {
            return wiring.redisReport();
        }

        @Override
        public boolean sseEnabled() {
            return flag.enabled();
        }

        @Override
        public boolean ownsLog() {
            return given != null;
        }
    }

    /**
     * Accepts no new streams, and ends the open ones one after another, each with its own reconnect delay. Completes
     * when no stream is left, or at the configured timeout; undeploy afterwards. Must be called on this verticle's
     * loop.
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

    /** Counts a reading of the settings that cannot be used. Any thread. */
    void reloadFailed() {
        Running now = running;
        if (now != null) {
            now.flag().reloadFailed();
        }
    }

    /** Switches streams on or off, until the file of the flag changes. Any thread. */
    void switchTo(boolean sseEnabled) {
        Running now = running;
        if (now != null) {
            now.flag().switchTo(sseEnabled);
        }
    }

    /** What was served since the start. */
    record Served(long streams, long events) {}

    /** Fails unless the gateway runs. Any thread. */
    Future<Served> served() {
        Running now = running;
        return now == null
                ? Future.failedFuture("not running")
                : now.wiring()
                        .publicPort()
                        .snapshots()
                        .map(hubs -> new Served(
                                hubs.stream()
                                        .mapToLong(hub -> hub.clients().opened())
                                        .sum(),
                                hubs.stream()
                                        .flatMap(hub -> hub.events().delivered().values().stream())
                                        .mapToLong(Long::longValue)
                                        .sum()));
    }

    /** Runs the work on this verticle's loop. Any thread. */
    Future<Void> onOwnLoop(Supplier<Future<Void>> work) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(
                go -> Future.<Void>succeededFuture().compose(turn -> work.get()).onComplete(done));
        return done.future();
    }

    /** The public port in use, or -1 before deployment. */
    public int port() {
        return running == null ? -1 : running.wiring().publicPort().actualPort();
    }

    /** The management port in use, or -1 before deployment. */
    public int managementPort() {
        return running == null ? -1 : running.management().actualPort();
    }

    @Override
    public Future<?> stop() {
        Future<?> closed = Future.succeededFuture();
        while (!opened.isEmpty()) {
            Supplier<Future<Void>> close = opened.pop();
            closed = closed.eventually(() -> onOwnLoop(close));
        }
        // Workers do this loop's work in order: with this the rest is done too. Vert.x waits only for what a worker is
        // at, and where the pool has ended meanwhile, a thread that finds more to do dies of it. An application may
        // keep its workers busy for ever.
        return closed.eventually(
                () -> context.executeBlocking(() -> true).timeout(WORKERS_LIMIT_SECONDS, TimeUnit.SECONDS));
    }
}
