package dev.hermes.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.hermes.gateway.auth.Authenticator;
import dev.hermes.gateway.auth.FailedCredentialLimiter;
import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.auth.TokenStore;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SseFlag;
import dev.hermes.gateway.delivery.HubBus;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.http.Admission;
import dev.hermes.gateway.http.HttpServices;
import dev.hermes.gateway.http.PublicPort;
import dev.hermes.gateway.http.RepeatedFailures;
import dev.hermes.gateway.http.RequestCounts;
import dev.hermes.gateway.ingest.ChannelDirectory;
import dev.hermes.gateway.ingest.EventBusDoor;
import dev.hermes.gateway.ingest.LinkSupervisor;
import dev.hermes.gateway.ingest.LogFeed;
import dev.hermes.gateway.ingest.PubSubDoor;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.ingest.RejectedMessages;
import dev.hermes.gateway.log.SnapshotReader;
import dev.hermes.gateway.log.redis.LogScripts;
import dev.hermes.gateway.log.redis.RedisLogParts;
import dev.hermes.gateway.log.redis.RedisSnapshots;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.ops.FileDescriptorLimit;
import dev.hermes.gateway.ops.Metrics;
import dev.hermes.gateway.ops.ProcessLoad;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.redis.RedisCommands;
import dev.hermes.gateway.redis.RedisLink;
import dev.hermes.gateway.redis.RedisLinkListener;
import dev.hermes.gateway.redis.RedisReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Creates and connects the parts of the gateway, and closes them. Events do not pass through it. Created on the
 * gateway's event loop, which owns the ingest.
 */
final class Wiring {

    /** Connections for reading older history, whatever the number of clients. */
    private static final int LOG_READERS = 4;

    /** Spreads the end of many streams, which must not block their event loops. */
    private static final long SWITCHED_OFF_MILLIS_PER_STREAM = 1;

    private final Vertx vertx;
    private final OwnerLoop loop;
    private final Settings settings;
    private final InstantSource clock;
    private final ChannelDirectory channels;
    private final EnvelopeParser parser;
    private final Publisher.Counters counters;
    private final HubBus hubs;
    private final PublicPort publicPort;
    private final LogFeed feed;
    private final Publisher publisher;
    private final TokenStore tokens;
    private final SnapshotReader snapshots;
    private final LinkSupervisor supervisor;
    private final @Nullable RedisCommands redisCommands;
    private final EventBusDoor busDoor;
    private final @Nullable IdentityEndpoint identity;
    private final Authenticator authenticator;
    private final Admission admission;
    private final HttpServices services;
    private final ProcessLoad load;

    /**
     * The parts that belong to no event loop and take long to make, since large libraries stand behind them whose
     * classes are loaded then.
     */
    record Prepared(Authenticator.Keys keys, FailedCredentialLimiter failedCredentials, RepeatedFailures failures) {

        /** Not for an event loop. */
        static Prepared of(Vertx vertx, Settings settings, InstantSource clock) {
            Settings.Security security = settings.security();
            return new Prepared(
                    new Authenticator.Keys(vertx, security, clock),
                    new FailedCredentialLimiter(security.failedCredentialsPerMinute(), System::nanoTime),
                    new RepeatedFailures(System::nanoTime));
        }
    }

    /** @param draining whether the process is shutting down; called on any thread */
    Wiring(
            Vertx vertx,
            Settings settings,
            Prepared prepared,
            SseFlag flag,
            InstantSource clock,
            BooleanSupplier draining) {
        this.vertx = vertx;
        this.settings = settings;
        this.clock = clock;
        loop = OwnerLoop.current(vertx);
        channels = new ChannelDirectory(settings.catalogue());
        parser = new EnvelopeParser(channels.fields(), settings.history().maxEventBytes());
        counters = new Publisher.Counters(settings.catalogue().channels().keySet());
        hubs = new HubBus(vertx);
        publicPort = new PublicPort(FileDescriptorLimit.ofThisProcess().forClients());
        boolean memory = !settings.redis().present() || settings.history().store() == Settings.History.Store.MEMORY;
        RedisLink redis =
                settings.redis().present() ? new RedisLink(vertx, settings.redis(), subscriptions(memory)) : null;
        redisCommands = redis == null ? null : redis.commands();
        RejectedMessages rejected = redis == null ? null : new RejectedMessages(redis.commands());
        feed = redis == null || rejected == null || memory
                ? LogFeed.inMemory(vertx, settings.history(), channels.recalled(), clock, hubs)
                : redisFeed(redis, rejected);
        publisher = new Publisher(loop, feed.log(), counters);
        if (redis == null || rejected == null) {
            tokens = TokenStore.memory(clock);
            snapshots = SnapshotReader.none();
            supervisor = new LinkSupervisor(vertx, clock, null, feed, new Streams(), message -> {}, revoked -> {});
        } else {
            tokens = TokenStore.redis(redis.commands(), settings.redis().cluster(), clock);
            snapshots = new RedisSnapshots(redis.commands());
            PubSubDoor door = new PubSubDoor(loop, channels, parser, publisher, feed, rejected, clock);
            supervisor =
                    new LinkSupervisor(vertx, clock, redis, feed, new Streams(), door::onMessage, tokens::heardRevoked);
        }
        busDoor = new EventBusDoor(vertx, channels, parser, publisher, clock);
        URI identityUrl = settings.security().identityUrl();
        identity = identityUrl == null ? null : new IdentityEndpoint(vertx, identityUrl, Ticker.systemTicker());
        authenticator = new Authenticator(prepared.keys(), tokens, identity);
        admission = new Admission(
                settings.streams().maxConnections(), settings.streams().shares());
        load = new ProcessLoad(vertx, settings.overload(), publicPort::connections);
        flag.onChange(vertx, this::switched);
        services = new HttpServices(
                settings,
                flag,
                authenticator,
                tokens,
                identity,
                prepared.failedCredentials(),
                admission,
                load.overload(),
                prepared.failures(),
                feed.log(),
                snapshots,
                publisher,
                channels,
                parser,
                draining,
                hubs,
                clock);
    }

    private RedisLinkListener.Subscriptions subscriptions(boolean memory) {
        List<String> names = new ArrayList<>(channels.names());
        names.add(RedisNames.REVOKED_CHANNEL);
        if (memory) {
            return new RedisLinkListener.Subscriptions(names, channels.patterns());
        }
        names.add(RedisNames.SYNC_CHANNEL);
        return new RedisLinkListener.Subscriptions(names, channels.patterns(), LOG_READERS);
    }

    private LogFeed redisFeed(RedisLink link, RejectedMessages rejected) {
        LogScripts scripts = new LogScripts(link.scripts(), settings.history());
        RedisLogParts parts = new RedisLogParts(
                scripts, link.tail(), link.readers(), channels::logged, parser, channels.recalled(), clock);
        List<String> heard = new ArrayList<>(channels.names());
        heard.addAll(channels.patterns());
        return LogFeed.inRedis(
                vertx,
                parts,
                hubs,
                heard,
                counters::rejected,
                (id, channel, reason, detail, payload) -> rejected.keep(channel, reason, detail, payload));
    }

    private void switched(boolean enabled) {
        if (!enabled) {
            hubs.publish(new HubBus.Signal.SwitchedOff(
                    Duration.ofMillis(SWITCHED_OFF_MILLIS_PER_STREAM * admission.openStreams())));
        }
    }

    /** Opens the ingest, which succeeds even if Redis cannot be reached, then the public port. */
    Future<Void> open(Consumer<Router> furtherRoutes) {
        return supervisor.start().compose(attempted -> publicPort.open(vertx, services, furtherRoutes));
    }

    /** Closes what was created here, the last first; the public port ends with its verticles. */
    Future<Void> close() {
        publicPort.close();
        Future<?> counted = load.close();
        Future<Void> asked = identity == null ? Future.succeededFuture() : identity.close();
        // A client of Vert.x may be closed on any of its threads, but what follows has state on this loop.
        return asked.eventually(() -> loop.call(busDoor::close))
                .eventually(() -> loop.call(supervisor::close))
                .eventually(() -> counted);
    }

    /** Ends every stream, spread over the given time. */
    void drain(Duration over) {
        hubs.publish(new HubBus.Signal.Draining(over));
    }

    LinkSupervisor supervisor() {
        return supervisor;
    }

    Admission admission() {
        return admission;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    PublicPort publicPort() {
        return publicPort;
    }

    /**
     * The counts of all parts of the gateway.
     *
     * @param state of the gateway as a whole, now
     */
    Future<Metrics.GatewayReadings> readings(Metrics.GatewayReadings.State state) {
        return Future.all(publicPort.snapshots(), publicPort.requests(), publisher.snapshot())
                .map(all -> {
                    List<HubCounters.Snapshot> hubCounts = all.resultAt(0);
                    RequestCounts.Snapshot requests = all.resultAt(1);
                    Publisher.Counters.Snapshot ingest = all.resultAt(2);
                    Publisher.Counters.Snapshot withProducers =
                            ingest.with(Publisher.Counters.Source.XADD, feed.ofProducers());
                    return new Metrics.GatewayReadings(
                            hubCounts,
                            withProducers.received(),
                            withProducers.rejected(),
                            requests,
                            supervisor.health(),
                            identity == null ? IdentityEndpoint.Counts.NONE : identity.counts(),
                            new Metrics.GatewayReadings.Log(feed.held(), feed.appends(), feed.chain()),
                            load.loopLagSeconds(),
                            load.overload().causes(),
                            state);
                });
    }

    /** What {@code /redis} of the management port tells: Redis as this gateway sees it, and the bounds of its log. */
    Future<JsonObject> redisReport() {
        return RedisReport.of(redisCommands, settings, clock);
    }

    /** The streams as the ingest knows them. */
    private final class Streams implements LinkSupervisor.Streams {

        @Override
        public void backendDown(Instant since, String reason) {
            hubs.publish(new HubBus.Signal.BackendDown(since, reason));
        }

        @Override
        public void backendUp(Instant since) {
            hubs.publish(new HubBus.Signal.BackendUp(since));
        }

        @Override
        public @Nullable EventId published() {
            return hubs.published();
        }

        @Override
        public void publishAgain() {
            hubs.publishAgain();
        }

        @Override
        public Future<List<EventId>> positions() {
            return publicPort.positions();
        }
    }
}
