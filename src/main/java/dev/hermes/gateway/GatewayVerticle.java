package dev.hermes.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.hermes.gateway.auth.Authenticator;
import dev.hermes.gateway.auth.FailedCredentialLimiter;
import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.config.Loaded;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.config.SseFlag;
import dev.hermes.gateway.delivery.Admission;
import dev.hermes.gateway.delivery.RepeatedFailures;
import dev.hermes.gateway.event.Signal;
import dev.hermes.gateway.http.HttpServices;
import dev.hermes.gateway.ops.DrainPlan;
import dev.hermes.gateway.ops.GatewayReadings;
import dev.hermes.gateway.ops.ManagementServer;
import dev.hermes.gateway.ops.Metrics;
import dev.hermes.gateway.ops.Readiness;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gateway, whole, as one verticle to deploy, on an event loop. In somebody else's application its settings come from
 * the deployment's configuration, by the names of the environment:
 *
 * <pre>{@code
 * vertx.deployVerticle(new GatewayVerticle(), new DeploymentOptions().setConfig(
 *         new JsonObject().put("HERMES_REDIS_URL", "none").put("HERMES_ENABLE_SSE", true)));
 * }</pre>
 *
 * Deployment succeeds once the ports listen, with or without Redis; it fails with a {@code SettingsException} for settings
 * that cannot be used, and when a port is taken. Deploy one instance in a Vert.x.
 */
public final class GatewayVerticle extends VerticleBase {

    private static final long DRAIN_CHECK_MILLIS = 20;

    private final InstantSource clock;
    private final @Nullable Loaded given;
    private final BiConsumer<Router, SseFlag> furtherRoutes;

    /** What was opened, the last one first: closed in this order. */
    private final Deque<Supplier<Future<Void>>> opened = new ArrayDeque<>();

    private final PublicPort publicPort = new PublicPort();
    private @Nullable Running running;

    /** Written on this verticle's loop, read by every request. */
    private volatile @Nullable Instant drainingSince;

    /** Whether every instance of the public port listens; of this verticle's loop. */
    private boolean listening;

    private record Running(
            Settings settings, HubSignals hubs, Intake intake, Admission admission, ManagementServer management) {}

    /** Takes its settings from the deployment's configuration. */
    public GatewayVerticle() {
        this(null, (router, flag) -> {}, InstantSource.system());
    }

    /** Takes settings that were loaded before, and adds paths to the public port, which may switch the flag. */
    GatewayVerticle(@Nullable Loaded given, BiConsumer<Router, SseFlag> furtherRoutes) {
        this(given, furtherRoutes, InstantSource.system());
    }

    /** As before, with another wall clock than the machine's. */
    GatewayVerticle(@Nullable Loaded given, BiConsumer<Router, SseFlag> furtherRoutes, InstantSource clock) {
        this.clock = clock;
        this.given = given;
        this.furtherRoutes = furtherRoutes;
    }

    @Override
    public Future<?> start() {
        Future<Loaded> loading = given == null ? SettingsLoader.load(vertx, config()) : Future.succeededFuture(given);
        return loading.compose(loaded -> SseFlag.watch(vertx, loaded).compose(flag -> open(loaded.settings(), flag)))
                .recover(failure -> stop().transform(closed -> Future.failedFuture(failure)));
    }

    private Future<Void> open(Settings settings, SseFlag flag) {
        opened.push(flag::close);
        Signal.registerCodecs(vertx.eventBus());
        String signals = "hermes.gateway.signals." + UUID.randomUUID();
        HubSignals hubs = new HubSignals(vertx, signals);
        Intake intake = new Intake(vertx, settings, hubs, publicPort::positions, clock);
        opened.push(intake::close);
        flag.onChange(vertx, enabled -> hubs.tell(new Signal.SseSwitched(enabled)));
        IdentityEndpoint identity = identity(settings.security().identityUrl());
        Authenticator authenticator = new Authenticator(vertx, settings.security(), intake.tokens(), clock, identity);
        Admission admission = new Admission(
                settings.streams().maxConnections(), settings.streams().maxConnectionsPerAddress());
        HttpServices services = new HttpServices(
                settings,
                flag,
                authenticator,
                intake.tokens(),
                identity,
                new FailedCredentialLimiter(settings.security().failedCredentialsPerMinute(), System::nanoTime),
                admission,
                new RepeatedFailures(System::nanoTime),
                intake.log(),
                intake.snapshots(),
                intake.publisher(),
                intake.channels(),
                intake.parser(),
                () -> drainingSince != null,
                signals,
                hubs::end,
                clock);
        Metrics metrics = new Metrics(
                vertx, settings.catalogue().channels().keySet(), () -> readings(settings, intake, identity));
        opened.push(() -> {
            metrics.close();
            return Future.succeededFuture();
        });
        ManagementServer management = new ManagementServer(
                vertx, settings.management(), () -> readiness(intake), metrics, authenticator::isApiKey);
        opened.push(management::close);
        running = new Running(settings, hubs, intake, admission, management);
        return management
                .start()
                .compose(listening -> intake.start())
                .compose(attempted -> publicPort.open(vertx, services, router -> furtherRoutes.accept(router, flag)))
                .onSuccess(open -> listening = true);
    }

    private @Nullable IdentityEndpoint identity(@Nullable URI url) {
        if (url == null) {
            return null;
        }
        IdentityEndpoint identity = new IdentityEndpoint(vertx, url, Ticker.systemTicker());
        opened.push(identity::close);
        return identity;
    }

    private Future<GatewayReadings> readings(Settings settings, Intake intake, @Nullable IdentityEndpoint identity) {
        return publicPort
                .snapshots()
                .compose(hubs -> intake.snapshot()
                        .map(ingest -> new GatewayReadings(
                                hubs,
                                ingest.received(),
                                ingest.rejected(),
                                settings.streams().maxConnections(),
                                intake.flowing(),
                                intake.lastCanary().toNanos() / 1e9,
                                identity == null ? IdentityEndpoint.Counts.NONE : identity.counts())));
    }

    private Readiness readiness(Intake intake) {
        Instant draining = drainingSince;
        if (draining != null) {
            return Readiness.of(new Readiness.Problem("draining", draining, "the gateway is shutting down"));
        }
        if (!listening) {
            return Readiness.of(new Readiness.Problem("starting", null, "the public port does not listen yet"));
        }
        return intake.flowing()
                ? Readiness.ready()
                : Readiness.of(new Readiness.Problem("redis", null, intake.problem()));
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
        now.hubs().tell(new Signal.Draining(DrainPlan.over(now.admission().openStreams(), timeout)));
        Promise<Void> drained = Promise.promise();
        long giveUp = vertx.setTimer(timeout.toMillis(), late -> drained.tryComplete());
        long check = vertx.setPeriodic(DRAIN_CHECK_MILLIS, again -> {
            if (now.admission().openStreams() == 0) {
                drained.tryComplete();
            }
        });
        return drained.future().onComplete(done -> {
            vertx.cancelTimer(giveUp);
            vertx.cancelTimer(check);
        });
    }

    /** Runs what must run on this verticle's loop, from any thread. */
    Future<Void> onOwnLoop(Supplier<Future<Void>> work) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(go -> work.get().onComplete(done));
        return done.future();
    }

    /** The public port in use; once deployed. */
    public int port() {
        return publicPort.actualPort();
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
