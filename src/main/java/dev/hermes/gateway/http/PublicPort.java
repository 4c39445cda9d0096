package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.TlsPair;
import dev.hermes.gateway.delivery.Explanation;
import dev.hermes.gateway.delivery.Hub;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.delivery.StreamView;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.wire.Doorman;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.ext.web.Router;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The public port: one instance of {@link HttpVerticle} per core, all on one port. */
public final class PublicPort {

    private static final Logger LOG = LoggerFactory.getLogger(PublicPort.class);
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::");
    private static final String LOOPBACK = "127.0.0.1";
    private static final int FIRST_CALL_MILLIS = 5_000;
    private static final String FIRST_CALL =
            "HEAD /api/v1/events/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private final List<HttpVerticle> instances = new ArrayList<>();
    private final Doorman doorman;
    /** Written by the opener, read by any thread. */
    private volatile @Nullable ServedCertificate certificate;

    /** Written by the opener, read by any thread. */
    private volatile @Nullable HttpServices services;

    /** @param mostConnections the most connections at the same time, of any kind */
    public PublicPort(int mostConnections) {
        this.doorman = new Doorman(mostConnections);
    }

    /** Deploys the instances as children of the caller, so that they end before it does. Owner's loop, as all else here. */
    public Future<Void> open(Vertx vertx, HttpServices services, Consumer<Router> furtherRoutes) {
        this.services = services;
        Settings.Http.Tls tls = services.settings().http().tls();
        return tls == null
                ? open(vertx, services, furtherRoutes, null)
                : ServedCertificate.read(vertx, tls)
                        .compose(pair -> open(vertx, services, furtherRoutes, pair)
                                .onSuccess(opened -> {
                                    ServedCertificate followed = new ServedCertificate(vertx, tls, pair, this::serve);
                                    certificate = followed;
                                    followed.follow();
                                }));
    }

    private Future<Void> serve(TlsPair pair) {
        return Future.all(
                        instances.stream().map(instance -> instance.serve(pair)).toList())
                .mapEmpty();
    }

    /** How many connections clients have, of any kind. Any thread. */
    public int connections() {
        return doorman.connections();
    }

    /** Ends what is not part of the instances. */
    public void close() {
        ServedCertificate followed = certificate;
        if (followed != null) {
            followed.close();
        }
    }

    /** When the certificate that is served expires; null without TLS. Any thread. */
    public @Nullable Instant certificateEnd() {
        ServedCertificate followed = certificate;
        return followed == null ? null : followed.served().expiresAt();
    }

    private Future<Void> open(
            Vertx vertx, HttpServices services, Consumer<Router> furtherRoutes, @Nullable TlsPair pair) {
        Settings settings = services.settings();
        int configured = settings.http().port();
        // Servers with the same negative port share any free port in Vert.x.
        int port = configured == 0 ? -ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE) : configured;
        return vertx.executeBlocking(() -> BrowserRoutes.read(settings.browser()))
                .compose(files -> {
                    int cores = Runtime.getRuntime().availableProcessors();
                    Future<?> deployed = Future.succeededFuture();
                    for (int core = 0; core < cores; core++) {
                        HttpVerticle instance = new HttpVerticle(services, port, furtherRoutes, doorman, pair, files);
                        instances.add(instance);
                        deployed = deployed.compose(before -> vertx.deployVerticle(instance));
                    }
                    return deployed;
                })
                .compose(all -> firstCall(vertx, settings.http()));
    }

    /**
     * Lets the doorman find the listening socket, which Vert.x does not expose, through a connection accepted by it.
     */
    private Future<Void> firstCall(Vertx vertx, Settings.Http settings) {
        boolean tls = settings.tls() != null;
        String host = ANY_ADDRESS.contains(settings.host()) ? LOOPBACK : settings.host();
        NetClient client = vertx.createNetClient(new NetClientOptions()
                .setConnectTimeout(FIRST_CALL_MILLIS)
                .setSsl(tls)
                .setTrustAll(tls)
                .setHostnameVerificationAlgorithm(""));
        return client.connect(actualPort(), host)
                .compose(socket -> socket.write(FIRST_CALL))
                .compose(sent -> doorman.standing())
                .timeout(FIRST_CALL_MILLIS, TimeUnit.MILLISECONDS)
                .recover(failure -> {
                    LOG.warn("connections that say nothing are not seen failure=\"{}\"", failure.getMessage());
                    return Future.succeededFuture();
                })
                .eventually(client::close);
    }

    /** The counters of each hub. */
    public Future<List<HubCounters.Snapshot>> snapshots() {
        return all(hub -> Future.succeededFuture(hub.snapshot()));
    }

    /** The log position of each hub. */
    public Future<List<EventId>> positions() {
        return all(hub -> Future.succeededFuture(hub.position()));
    }

    /** The open streams of all hubs that match, in no order. */
    public Future<List<StreamView>> streams(StreamView.Query query) {
        return all(hub -> hub.streams(query))
                .map(lists -> lists.stream().flatMap(List::stream).toList());
    }

    /** Why a stream got an event, or did not. Fails while the log cannot be read. */
    public Future<Explanation.Answer> explain(String stream, EventId event) {
        HttpServices own = services;
        return own == null
                ? Future.failedFuture("not started")
                : own.log()
                        .entry(event)
                        .map(entry -> new Explanation.Question(
                                stream,
                                event,
                                entry,
                                entry instanceof Event logged
                                        ? own.settings()
                                                .catalogue()
                                                .channel(logged.envelope().channel())
                                        : null))
                        .compose(question -> all(hub ->
                                        Future.succeededFuture(Optional.ofNullable(hub.explain(question))))
                                .map(answers -> new Explanation.Answer(
                                        question,
                                        answers.stream()
                                                .flatMap(Optional::stream)
                                                .findFirst()
                                                .orElse(null))));
    }

    /** Ends the open streams that match, on behalf of an operator; completes with their number. */
    public Future<Integer> end(StreamView.Query query) {
        return all(hub -> Future.succeededFuture(hub.end(query)))
                .map(ended -> ended.stream().mapToInt(Integer::intValue).sum());
    }

    /** What all instances counted together. */
    public Future<RequestCounts.Snapshot> requests() {
        List<Future<RequestCounts.Snapshot>> asked =
                instances.stream().map(HttpVerticle::requests).toList();
        return Future.all(asked)
                .map(all -> all.<RequestCounts.Snapshot>list().stream()
                        .reduce(RequestCounts.Snapshot.NONE, RequestCounts.Snapshot::plus));
    }

    private <T> Future<List<T>> all(Function<Hub, Future<T>> question) {
        List<Future<T>> asked =
                instances.stream().map(instance -> instance.ask(question)).toList();
        return Future.all(asked).map(answered -> answered.<T>list());
    }

    /** The port in use, or -1 before it is known. */
    public int actualPort() {
        return instances.isEmpty() ? -1 : instances.get(0).actualPort();
    }
}
