package dev.hermes.gateway.ops;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The path of the management port that tells about Redis; asked anew for each request. */
final class RedisRoute {

    private static final Logger LOG = LoggerFactory.getLogger(RedisRoute.class);
    private static final String PATH = "/redis";

    private final ManagementServer.Gateway gateway;

    RedisRoute(ManagementServer.Gateway gateway) {
        this.gateway = gateway;
    }

    void addTo(Router router) {
        router.get(PATH).handler(this::redis);
        router.route(PATH).handler(context -> ManagementRoutes.wrongMethod(context, "GET"));
    }

    private void redis(RoutingContext context) {
        gateway.redis()
                .onSuccess(report -> JsonAnswer.send(context.response(), 200, report))
                .onFailure(failure -> {
                    LOG.warn("redis could not be asked reason=\"{}\"", failure.getMessage());
                    JsonAnswer.problem(context.response(), 503, "Redis could not be asked");
                });
    }
}
