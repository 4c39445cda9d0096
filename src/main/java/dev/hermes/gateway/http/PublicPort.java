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

/** The public port: one instance of {@link HttpVerticle} per core, all on one port. */
public final class PublicPort {

    private static final Logger LOG = LoggerFactory.getLogger(PublicPort.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int FIRST_CALL_MILLIS = 5_000;
    private static final String FIRST_CALL =
            "HEAD /api/v1/events/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private final List<HttpVerticle> instances = new ArrayList<>();
    private final Doorman doorman;

    /** @param mostConnections the most connections at the same time, of any kind */
    public PublicPort(int mostConnections) {
        this.doorman = new Doorman(mostConnections);
    }

    /** Deploys the instances as children of the caller, so that they end before it does. */
    public Future<Void> open(Vertx vertx, HttpServices services, Consumer<Router> furtherRoutes) {
        int configured = services.settings().http().port();
        // Servers with the same negative port share any free port in Vert.x.
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

    /**
     * Lets the doorman find the listening socket, which Vert.x does not expose, through a connection accepted by it.
     */
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

    /** The counters of each hub. */
    public Future<List<HubCounters.Snapshot>> snapshots() {
        List<Future<HubCounters.Snapshot>> asked =
                instances.stream().map(HttpVerticle::snapshot).toList();
        return Future.all(asked).map(all -> all.<HubCounters.Snapshot>list());
    }

    /** The log position of each hub. */
    public Future<List<EventId>> positions() {
        List<Future<EventId>> asked =
                instances.stream().map(HttpVerticle::position).toList();
        return Future.all(asked).map(all -> all.<EventId>list());
    }

    public int actualPort() {
        return instances.get(0).actualPort();
    }
}
