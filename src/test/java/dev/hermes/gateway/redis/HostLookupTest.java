package dev.hermes.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Futures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostLookupTest {

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<Lookup> begun = new LinkedBlockingQueue<>();
    private final HostLookup hosts = new HostLookup(vertx.getOrCreateContext(), host -> {
        CompletableFuture<InetAddress[]> answer = new CompletableFuture<>();
        begun.add(new Lookup(Thread.currentThread(), answer));
        return answer.join();
    });

    /** Name servers that are silent, until they answer. */
    private record Lookup(Thread thread, CompletableFuture<InetAddress[]> answer) {}

    @AfterEach
    void close() {
        Futures.await(vertx.close());
    }

    @Test
    void whoAsksWhileALookupIsUnderWayDoesWithout() throws Exception {
        Future<List<InetAddress>> first = hosts.find("redis.example");
        assertThat(Futures.await(hosts.find("redis.example"))).isEmpty();

        begun.take().answer.complete(new InetAddress[] {InetAddress.getLoopbackAddress()});
        assertThat(Futures.await(first)).containsExactly(InetAddress.getLoopbackAddress());
        assertThat(begun).isEmpty();
    }

    @Test
    void whoAsksLaterLooksAnew() throws Exception {
        Future<List<InetAddress>> before = hosts.find("redis.example");
        begun.take().answer.complete(new InetAddress[0]);
        assertThat(Futures.await(before)).isEmpty();

        Future<List<InetAddress>> later = hosts.find("redis.example");
        begun.take().answer.complete(new InetAddress[] {InetAddress.getLoopbackAddress()});
        assertThat(Futures.await(later)).containsExactly(InetAddress.getLoopbackAddress());
    }

    @Test
    void aHostThatIsNotKnownHasNoAddress() {
        HostLookup unknown = new HostLookup(vertx.getOrCreateContext(), host -> {
            throw new UnknownHostException(host);
        });
        assertThat(Futures.await(unknown.find("redis.example"))).isEmpty();
    }

    @Test
    void aLookupThatEndsByAnErrorIsNotTheLast() throws Exception {
        Future<List<InetAddress>> broken = hosts.find("redis.example");
        begun.take().answer.completeExceptionally(new OutOfMemoryError("on purpose"));
        assertThat(Futures.await(broken)).isEmpty();

        Future<List<InetAddress>> later = hosts.find("redis.example");
        begun.take().answer.complete(new InetAddress[] {InetAddress.getLoopbackAddress()});
        assertThat(Futures.await(later)).containsExactly(InetAddress.getLoopbackAddress());
    }

    @Test
    void theEndDoesNotWaitForALookup() throws Exception {
        hosts.find("redis.example");
        Lookup silent = begun.take();
        Futures.await(vertx.close());

        silent.answer.complete(new InetAddress[0]);
        silent.thread.join();
    }
}
