package dev.hermes.gateway.redis;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;

/** A real Redis whose answers give another version, of the same length in characters. */
final class OldRedis implements AutoCloseable {

    private static final String REAL = "redis_version:7.0.15";

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final NetServer server;

    OldRedis(int redisPort, String version) {
        String said = ("redis_version:" + version + " ").substring(0, REAL.length());
        server = vertx.createNetServer()
                .connectHandler(socket -> relay(socket, redisPort, said))
                .listen(0, "127.0.0.1")
                .await();
    }

    int port() {
        return server.actualPort();
    }

    private void relay(NetSocket socket, int redisPort, String said) {
        socket.pause();
        client.connect(redisPort, "127.0.0.1").onSuccess(upstream -> {
            socket.handler(upstream::write).endHandler(end -> upstream.end());
            upstream.handler(answer -> socket.write(Buffer.buffer(
                            answer.toString(StandardCharsets.ISO_8859_1).replace(REAL, said),
                            StandardCharsets.ISO_8859_1.name())))
                    .endHandler(end -> socket.end());
            socket.resume();
        });
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
