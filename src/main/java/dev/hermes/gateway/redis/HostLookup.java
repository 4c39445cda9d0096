package dev.hermes.gateway.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of the one host that a link connects to. Owned by the link's loop.
 *
 * <p>A lookup may take as long as name servers that are silent are waited for. It has a thread of its own, since
 * workers of Vert.x would do nothing else for this loop meanwhile, nor would Vert.x end; and all who ask meanwhile wait
 * for the same one, so that attempts that give up sooner do not pile up lookups.
 */
final class HostLookup {

    /** Blocks. */
    @FunctionalInterface
    interface Addresses {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    private final Context owner;
    private final Addresses addresses;
    private @Nullable Future<List<InetAddress>> underWay;

    HostLookup(Context owner) {
        this(owner, InetAddress::getAllByName);
    }

    /** With other addresses than the system's. */
    HostLookup(Context owner, Addresses addresses) {
        this.owner = owner;
        this.addresses = addresses;
    }

    /** Never fails: a host that is not known has no address. */
    Future<List<InetAddress>> find(String host) {
        Future<List<InetAddress>> now = underWay;
        if (now == null || now.isComplete()) {
            now = begin(host);
            underWay = now;
        }
        return now;
    }

    private Future<List<InetAddress>> begin(String host) {
        CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
        Thread looking = new Thread(() -> found.complete(look(host)), "redis-name");
        looking.setDaemon(true);
        looking.start();
        return Future.fromCompletionStage(found, owner);
    }

    private List<InetAddress> look(String host) {
        try {
            return List.of(addresses.of(host));
        } catch (UnknownHostException | RuntimeException unknown) {
            return List.of();
        }
    }
}
