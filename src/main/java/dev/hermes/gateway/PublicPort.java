package dev.hermes.gateway;

import dev.hermes.gateway.delivery.HubSnapshot;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.http.HttpServices;
import dev.hermes.gateway.http.HttpVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** The way out: one instance of the HTTP verticle per core, on one port. */
final class PublicPort {

    private final List<HttpVerticle> instances = new ArrayList<>();

    /** The instances are deployed as the caller's children: they end before it does. */
    Future<Void> open(Vertx vertx, HttpServices services, Consumer<Router> furtherRoutes) {
        int configured = services.settings().http().port();
        // Vert.x shares any free port among servers that ask for the same negative one.
        int port = configured == 0 ? -ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE) : configured;
        int cores = Runtime.getRuntime().availableProcessors();
        Future<?> deployed = Future.succeededFuture();
        for (int core = 0; core < cores; core++) {
            HttpVerticle instance = new HttpVerticle(services, port, furtherRoutes);
            instances.add(instance);
            deployed = deployed.compose(before -> vertx.deployVerticle(instance));
        }
        return deployed.mapEmpty();
    }

    /** What each hub has counted. */
    Future<List<HubSnapshot>> snapshots() {
        List<Future<HubSnapshot>> asked =
                instances.stream().map(HttpVerticle::snapshot).toList();
        return Future.all(asked).map(all -> all.<HubSnapshot>list());
    }

    /** Up to where each hub has handed on the log. */
    Future<List<EventId>> positions() {
        List<Future<EventId>> asked =
                instances.stream().map(HttpVerticle::position).toList();
        return Future.all(asked).map(all -> all.<EventId>list());
    }

    int actualPort() {
        return instances.get(0).actualPort();
    }
}
