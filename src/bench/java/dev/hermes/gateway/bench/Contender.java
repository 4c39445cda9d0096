package dev.hermes.gateway.bench;

import java.util.function.IntFunction;

/**
 * A server, how streams are opened on it and events are handed to it, so that all get the same load.
 *
 * @param streamsPerConnection of HTTP/2; else 1
 * @param publishPort where events are handed in
 */
record Contender(Server server, Dialect dialect, int streamsPerConnection, int publishPort, Envelope envelope) {

    /**
     * Streams of HTTP/1.1.
     *
     * @param path of each stream, by its number
     */
    static Contender gateway(GatewayServer gateway, RedisServer redis, IntFunction<String> path, Envelope envelope) {
        return new Contender(gateway, Http1Connection.told(path), 1, redis.port(), envelope);
    }

    /** The queue, for all the same token. */
    static Contender queue(GatewayServer gateway, RedisServer redis) {
        String path = GatewayServer.EVENTS + "/queue?token=" + redis.token("queue");
        return gateway(gateway, redis, number -> path, Envelope.QUEUE);
    }

    /** One download for each stream, for all the same token. */
    static Contender downloads(GatewayServer gateway, RedisServer redis) {
        String token = redis.token("download:*");
        return gateway(
                gateway,
                redis,
                number -> GatewayServer.EVENTS + "/downloads/d" + number + "?token=" + token,
                Envelope.hermes("download:updates", "download_progress"));
    }

    /** Channels of nchan, in whose name {@code %d} stands for the key. */
    static Contender nchan(NchanServer nchan, String channel) {
        return new Contender(
                nchan,
                Http1Connection.answered(number -> "/sub/" + channel.replace("%d", Integer.toString(number))),
                1,
                nchan.port(),
                Envelope.post("/pub/" + channel));
    }

    static Contender floor(FloorServer floor, RedisServer redis) {
        return new Contender(
                floor, Http1Connection.answered(number -> "/"), 1, redis.port(), Envelope.bare(FloorServer.CHANNEL));
    }

    String name() {
        return server.name();
    }

    CrowdPlan crowd(int streams) {
        return CrowdPlan.staying(server.port(), streams / streamsPerConnection, dialect)
                .ofEach(streamsPerConnection);
    }
}
