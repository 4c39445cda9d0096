package dev.hermes.gateway.http;

import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.wire.Doorman;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way out: one instance of the HTTP verticle per core, on one port. */
public final class PublicPort {

    private static final Logger LOG = LoggerFactory.getLogger(PublicPort.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int FIRST_CALL_MILLIS = 5_000;
    private static final String FIRST_CALL =
            "HEAD /api/v1/events/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private final List<HttpVerticle> instances = new ArrayList<>();
    private final Doorman doorman;

    /** @param mostConnections at the same time, of whatever kind */
    public PublicPort(int mostConnections) {
        this.doorman = new Doorman(mostConnections);
    }

    /** The instances are deployed as the caller's children: they end before it does. */
    public Future<Void> open(Vertx vertx, HttpServices services, Consumer<Router> furtherRoutes) {
        int configured = services.settings().http().port();
        // Vert.x shares any free port among servers that ask for the same negative one.
        int port = configured == 0 ? -ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE) : configured;
        int cores = Runtime.getRuntime().availableProcessors();
        Future<?> deployed = Future.succeededFuture();
        for (int core = 0; core < cores; core++) {
            HttpVerticle instance = new HttpVerticle(services, port, furtherRoutes, doorman);
            instances.add(instance);
            deployed = deployed.compose(before -> vertx.deployVerticle(instance));
        }
        boolean tls = services.settings().http().tls() != null;
        return deployed.compose(all -> firstCall(vertx, tls));
    }

    /** Lets the doorman find the listening socket, which Vert.x shows to nobody: by a connection that came from it. */
    private Future<Void> firstCall(Vertx vertx, boolean tls) {
        NetClient client = vertx.createNetClient(new NetClientOptions()
                .setConnectTimeout(FIRST_CALL_MILLIS)
                .setSsl(tls)
                .setTrustAll(tls)
                .setHostnameVerificationAlgorithm(""));
        return client.connect(actualPort(), LOOPBACK)
                .compose(socket -> socket.write(FIRST_CALL))
                .compose(sent -> doorman.standing())
                .timeout(FIRST_CALL_MILLIS, TimeUnit.MILLISECONDS)
                .recover(failure -> {
                    LOG.warn("connections that say nothing are not seen failure=\"{}\"", failure.getMessage());
                    return Future.succeededFuture();
                })
                .eventually(client::close);
    }

    /** What each hub has counted. */
    public Future<List<HubCounters.Snapshot>> snapshots() {
        List<Future<HubCounters.Snapshot>> asked =
                instances.stream().map(HttpVerticle::snapshot).toList();
        return Future.all(asked).map(all -> all.<HubCounters.Snapshot>list());
    }

    /** Up to where each hub has handed on the log. */
    public Future<List<EventId>> positions() {
        List<Future<EventId>> asked =
                instances.stream().map(HttpVerticle::position).toList();
        return Future.all(asked).map(all -> all.<EventId>list());
    }

    public int actualPort() {
        return instances.get(0).actualPort();
    }
}
