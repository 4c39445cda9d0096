package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.TlsPair;
import dev.hermes.gateway.delivery.Hub;
import dev.hermes.gateway.delivery.HubBus;
import dev.hermes.gateway.delivery.HubSettings;
import dev.hermes.gateway.delivery.SseStream;
import dev.hermes.gateway.loop.LoopTimer;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.wire.ConnectionSweep;
import dev.hermes.gateway.wire.Doorman;
import dev.hermes.gateway.wire.StreamSinks;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The public port on one event loop: a server, and the hub that owns this loop's streams. Deployed once per core; the
 * instances share the port but no state.
 */
public final class HttpVerticle extends VerticleBase {

    /** Large enough for tokens in queries and for the cookies that browsers send. */
    private static final int MAX_LINE_BYTES = 16 * 1_024;

    private static final int MAX_HEADER_BYTES = 32 * 1_024;

    /** One browser, and even more a proxy, may open many streams on one connection. */
    private static final int MAX_HTTP2_STREAMS = 1_000;

    /**
     * Twice the number of streams on a connection: a proxy sends one reset for each client that leaves. More resets
     * than this within the window are a rapid-reset attack (CVE-2023-44487), in which each one costs us a request.
     */
    private static final int MAX_HTTP2_RESETS = 2 * MAX_HTTP2_STREAMS;

    private static final int HTTP2_RESET_WINDOW_SECONDS = 10;

    /**
     * The divisor of the heartbeat interval that gives the maximum age of an answer about a permit, equal to the time
     * that a permit which is due may wait for others.
     */
    private static final int LEASE_ANSWER_PART = 16;

    /** Time for the last frames of streams that end when this verticle stops. */
    private static final long LAST_FRAMES_MILLIS = 1_000;

    private final HttpServices services;
    private final int port;
    private final Consumer<Router> furtherRoutes;
    private final Doorman doorman;
    private final @Nullable TlsPair certificate;
    private final Map<String, BrowserRoutes.BrowserFile> files;

    // Set in start(), on this verticle's loop.
    private @Nullable OwnerLoop loop;
    private @Nullable Hub hub;
    private final RefusedStreams refused = new RefusedStreams(System::nanoTime);
    private final RequestCounts counts;
    private @Nullable LoopTimer timer;
    private HubBus.@Nullable Receiver bus;
    private @Nullable HttpServer server;
    private long sweeper = -1;

    /**
     * @param port a port, or a negative number: instances with the same negative number share any free port
     * @param furtherRoutes adds routes that are not the gateway's own
     * @param doorman of this port
     * @param certificate of this port; null without TLS
     * @param files for browsers, shared by the instances
     */
    HttpVerticle(
            HttpServices services,
            int port,
            Consumer<Router> furtherRoutes,
            Doorman doorman,
            @Nullable TlsPair certificate,
            Map<String, BrowserRoutes.BrowserFile> files) {
        this.services = services;
        this.port = port;
        this.furtherRoutes = furtherRoutes;
        this.doorman = doorman;
        this.certificate = certificate;
        this.files = files;
        this.counts = new RequestCounts(services.settings().catalogue());
    }

    @Override
    public Future<?> start() {
        OwnerLoop own = OwnerLoop.current(vertx);
        loop = own;
        HubBus.Receiver receiver = services.hubs().receiver();
        bus = receiver;
        return services.log().position().compose(position -> {
            HubSettings settings = HubSettings.of(
                    services.settings().streams(),
                    services.settings().catalogue().channels().values().stream()
                            .collect(Collectors.toMap(Channel::name, Channel::catchUp)),
                    new SplittableRandom());
            Hub started = new Hub(
                    own,
                    settings,
                    services.log(),
                    CredentialPermit.checker(
                            services.tokens(),
                            services.identity(),
                            services.settings().streams().heartbeatInterval().dividedBy(LEASE_ANSWER_PART)),
                    HubSettings.Clocks.with(services.clock()),
                    position);
            hub = started;
            receiver.deliverTo(started);
            LoopTimer ticker = new LoopTimer(vertx, Hub.TICK, started::awaitsTicks, started::tick);
            timer = ticker;
            services.overload().watch(ticker.lag());
            return listen(started, ticker);
        });
    }

    private Future<HttpServer> listen(Hub started, LoopTimer ticker) {
        ClientAddress addresses =
                new ClientAddress(services.settings().security().trustedProxies());
        RequestAuthenticator authenticator =
                new RequestAuthenticator(services.authenticator(), services.failedCredentials(), addresses, counts);
        OwnerLoop own = OwnerLoop.current(vertx);
        ConnectionSweep sweep = new ConnectionSweep(ConnectionSweep.Limits.USUAL, () -> System.nanoTime() / 1_000_000);
        doorman.serves(context, sweep);
        sweeper = vertx.setPeriodic(ConnectionSweep.EVERY_MILLIS, tick -> sweep.sweep());
        PollHandler.PollPages pages = new PollHandler.PollPages(
                own, sweep, services.settings().streams().stallTimeout());
        HttpServices.LoopServices loopServices = new HttpServices.LoopServices(
                authenticator, addresses, new StreamSinks(), new AdmissionQueue(own), refused, counts, pages, files);
        Router router = new Routes(vertx, services, loopServices, started).build();
        furtherRoutes.accept(router);
        ServerDate date = new ServerDate(InstantSource.system());
        HttpServer created = vertx.createHttpServer(options(services.settings().http(), certificate))
                .connectionHandler(connection -> {
                    doorman.standWhere(connection);
                    sweep.opened(connection);
                })
                .requestHandler(request -> {
                    ticker.hurry();
                    sweep.requested(request);
                    request.response().putHeader(HttpHeaders.DATE, date.now());
                    if (RequestRules.broken(request)) {
                        counts.unreadable(Answers.ErrorAnswers.unreadable(request));
                        return;
                    }
                    if (RequestRules.last(request)) {
                        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                        request.connection().shutdown();
                    }
                    router.handle(request);
                })
                .invalidRequestHandler(request -> {
                    sweep.requested(request);
                    request.response().putHeader(HttpHeaders.DATE, date.now());
                    counts.unreadable(Answers.ErrorAnswers.unreadable(request));
                });
        server = created;
        Settings.Http configured = services.settings().http();
        return created.listen(port, configured.host())
                .recover(failure -> Future.failedFuture(new IllegalStateException(
                        "Cannot listen on HERMES_HOST=" + configured.host() + " API_PORT=" + configured.port() + ": "
                                + failure.getMessage()
                                + "; allowed: an address of this machine, and a free port or 0 for any",
                        failure)));
    }

    private static HttpServerOptions options(Settings.Http settings, @Nullable TlsPair pair) {
        HttpServerOptions options = new HttpServerOptions()
                // Required by DirectSink. All code here runs on the loop anyway.
                .setStrictThreadMode(true)
                // There are no WebSockets here, and their handler would stand between DirectSink and the socket.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(MAX_HTTP2_STREAMS))
                .setHttp2RstFloodMaxRstFramePerWindow(MAX_HTTP2_RESETS)
                .setHttp2RstFloodWindowDuration(HTTP2_RESET_WINDOW_SECONDS);
        if (settings.sockets().acceptBacklog() > 0) {
            options.setAcceptBacklog(settings.sockets().acceptBacklog());
        }
        if (settings.sockets().sendBufferBytes() > 0) {
            options.setSendBufferSize(settings.sockets().sendBufferBytes());
        }
        if (pair != null) {
            options.setSsl(true).setUseAlpn(true).setKeyCertOptions(pair.options());
        }
        return options;
    }

    /** Serves another certificate to new connections; callable from any loop once started. */
    Future<Void> serve(TlsPair pair) {
        return ask(running -> server == null
                ? Future.succeededFuture()
                : server.updateSSLOptions(new ServerSSLOptions()
                                .setUseAlpn(true)
                                .setApplicationLayerProtocols(List.of("h2", "http/1.1"))
                                .setKeyCertOptions(pair.options()))
                        .mapEmpty());
    }

    /** Asks this loop's hub, on its loop; callable from any loop once started. */
    <T> Future<T> ask(Function<Hub, Future<T>> question) {
        OwnerLoop own = loop;
        Hub running = hub;
        return own == null || running == null
                ? Future.failedFuture("not started")
                : own.call(() -> question.apply(running));
    }

    /** What was counted on this loop; callable from any loop once started. */
    Future<RequestCounts.Snapshot> requests() {
        return ask(running -> Future.succeededFuture(counts.snapshot(
                refused.counts(), timer == null ? 0 : timer.lag().seconds())));
    }

    /** The port in use, or -1 before it is known. */
    public int actualPort() {
        return server == null ? -1 : server.actualPort();
    }

    /** Ends the remaining streams, each with its {@code closing} frame, then the server, then the hub. */
    @Override
    public Future<?> stop() {
        if (hub != null) {
            hub.answerPolls();
            // The streams end at the next tick, for which the server's shutdown leaves time.
            hub.endAll(SseStream.CloseReason.SERVER_SHUTDOWN, Duration.ZERO);
        }
        // Stop accepting first: while the servers end one after another, a new connection would find no server. Then
        // back on this loop, which alone may close the hub.
        Future<?> closed = doorman.close(context)
                .compose(shut -> server == null
                        ? Future.succeededFuture()
                        : server.shutdown(LAST_FRAMES_MILLIS, TimeUnit.MILLISECONDS));
        return closed.eventually(() -> bus == null ? Future.succeededFuture() : bus.close())
                .onComplete(done -> {
                    if (timer != null) {
                        timer.close();
                        services.overload().forget(timer.lag());
                    }
                    vertx.cancelTimer(sweeper);
                    if (hub != null) {
                        hub.close();
                    }
                });
    }

    /**
     * The {@code Date} header, which RFC 9110 §6.6.1 requires of every server with a clock; formatted once a second.
     * Owned by one event loop.
     */
    static final class ServerDate {

        /**
         * IMF-fixdate (RFC 9110 §5.6.7): the day has two digits, which Java's own RFC 1123 format does not guarantee.
         */
        private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                        "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);

        private final InstantSource clock;
        private long second = Long.MIN_VALUE;
        private String text = "";

        ServerDate(InstantSource clock) {
            this.clock = clock;
        }

        String now() {
            Instant now = clock.instant();
            if (now.getEpochSecond() != second) {
                second = now.getEpochSecond();
                text = FORMAT.format(now);
            }
            return text;
        }
    }
}
