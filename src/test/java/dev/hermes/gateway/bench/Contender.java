package dev.hermes.gateway.bench;

import java.util.function.IntFunction;

/**
 * A server and how events are handed to it and streams are opened on it, so that all get the same load.
 *
 * @param path of each stream, by its number
 * @param tells whether it says by an event that a stream is connected
 * @param publishPort where events are handed in
 */
record Contender(Server server, IntFunction<String> path, boolean tells, int publishPort, Envelope envelope) {

    static Contender gateway(GatewayServer gateway, RedisServer redis, IntFunction<String> path, Envelope envelope) {
        return new Contender(gateway, path, true, redis.port(), envelope);
    }

    /**
     * @param channel in which {@code %d} stands for the key
     */
    static Contender nchan(NchanServer nchan, String channel) {
        return new Contender(
                nchan,
                number -> "/sub/" + channel.replace("%d", Integer.toString(number)),
                false,
                nchan.port(),
                Envelope.post("/pub/" + channel));
    }

    static Contender floor(FloorServer floor, RedisServer redis) {
        return new Contender(floor, number -> "/", false, redis.port(), Envelope.bare(FloorServer.CHANNEL));
    }

    String name() {
        return server.name();
    }

    CrowdPlan crowd(int streams) {
        return CrowdPlan.staying(
                server.port(),
                streams,
                (number, ear) -> new Http1Connection(path.apply(number), tells, new Stream(number, ear)));
    }
}
