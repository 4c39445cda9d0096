package dev.hermes.gateway.redis;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Stands before a real Redis, and can change what it says; the length in bytes must stay. */
final class Relay implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final NetServer server;
    private final AtomicLong replaced = new AtomicLong();
    private volatile UnaryOperator<String> answers = UnaryOperator.identity();

    Relay(int redisPort) {
        this(redisPort, new NetServerOptions());
    }

    Relay(int redisPort, NetServerOptions options) {
        server = vertx.createNetServer(options)
                .connectHandler(socket -> relay(socket, redisPort))
                .listen(0, "127.0.0.1")
                .await();
    }

    int port() {
        return server.actualPort();
    }

    void replaceInAnswers(String said, String heard) {
        if (said.length() != heard.length()) {
            throw new IllegalArgumentException(said + " and " + heard + " differ in length");
        }
        answers = answer -> answer.replace(said, heard);
    }

    /** Only in messages: the confirmation of the subscription says where the list of three has its own word. */
    void loseCanaries() {
        replaceInAnswers("message\r\n$38\r\nhermes:", "message\r\n$38\r\nharmes:");
    }

    /** How many answers were changed. */
    long replaced() {
        return replaced.get();
    }

    private void relay(NetSocket socket, int redisPort) {
        socket.pause();
        client.connect(redisPort, "127.0.0.1").onSuccess(upstream -> {
            socket.handler(upstream::write).endHandler(end -> upstream.end());
            upstream.handler(answer -> socket.write(changed(answer))).endHandler(end -> socket.end());
            socket.resume();
        });
    }

    private Buffer changed(Buffer answer) {
        // A charset in which every byte is a character and comes back as the same byte.
        String text = answer.toString(StandardCharsets.ISO_8859_1);
        String changed = answers.apply(text);
        if (!changed.equals(text)) {
            replaced.incrementAndGet();
        }
        return Buffer.buffer(changed, StandardCharsets.ISO_8859_1.name());
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
