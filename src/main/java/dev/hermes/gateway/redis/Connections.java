package dev.hermes.gateway.redis;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisCluster;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one attempt, and the clients that opened them. Never repaired: when one of them ends, all are
 * closed together by {@link #close()}, and the next attempt opens new ones. Connections for special purposes, such as
 * blocking reads, are opened here too and are closed together with the others. Confined to the owner's loop.
 */
final class Connections {

    private final Vertx vertx;
    private final Settings.Redis settings;

    // Fields, because a client without references is closed at the next garbage collection.
    private final Redis client;
    private @Nullable Redis logNodeClient;
    private @Nullable Future<Redis> logNode;
    private @Nullable Redis addressed;
    private final int attempt;
    private final HostLookup hosts;
    private boolean closed;

    /**
     * @param attempt the number of failed attempts so far; decides which node, or which address of a single node, is
     *     tried first
     */
    Connections(Vertx vertx, Settings.Redis settings, HostLookup hosts, int attempt) {
        this.vertx = vertx;
        this.settings = settings;
        this.hosts = hosts;
        this.attempt = attempt;
        this.client = Redis.createClient(vertx, ClientOptions.of(settings, attempt));
    }

    boolean cluster() {
        return settings.cluster();
    }

    /** Opens a connection for commands: to the master, or to every node of a Cluster. */
    Future<RedisConnection> open() {
        String host = ClientOptions.host(settings);
        if (attempt == 0 || host == null) {
            return client.connect();
        }
        return hosts.find(host).compose(this::openAt);
    }

    /**
     * Connects by name and by each of the name's addresses, in rotation. Connecting by name follows the name when it
     * moves to another address, and the client may choose another address than the first one found here.
     */
    private Future<RedisConnection> openAt(List<InetAddress> addresses) {
        int choice = addresses.size() < 2 ? 0 : attempt % (addresses.size() + 1);
        if (closed) {
            return Future.failedFuture(new RedisCommands.UnavailableException("closed meanwhile"));
        }
        if (choice > 0) {
            addressed = Redis.createClient(vertx, ClientOptions.ofAddress(settings, addresses.get(choice - 1)));
        }
        return current().connect();
    }

    private Redis current() {
        return addressed == null ? client : addressed;
    }

    /**
     * Opens a connection for subscribing, or for writing and reading the log. In a Cluster it goes to the node that
     * owns the log, and stays there: only the order of a single node is reliable. Once the log has moved to another
     * node, this node must reject calls numbered by its own order.
     *
     * @param commands an open connection, for asking which node owns the log
     */
    Future<RedisConnection> openAtLog(RedisConnection commands) {
        if (!settings.cluster()) {
            return current().connect();
        }
        Future<Redis> node = logNode;
        if (node == null) {
            node = LogNode.find(commands, ClientOptions.uri(settings.nodes().get(0)))
                    .compose(this::single);
            logNode = node;
        }
        return node.compose(Redis::connect);
    }

    /** Opens the connection for scripts: the one for commands, or in a Cluster one to the node that owns the log. */
    Future<RedisConnection> openForScripts(RedisConnection commands) {
        return settings.cluster() ? openAtLog(commands) : Future.succeededFuture(commands);
    }

    private Future<Redis> single(LogNode node) {
        if (closed) {
            return Future.failedFuture(new RedisCommands.UnavailableException("closed meanwhile"));
        }
        Redis single = Redis.createClient(vertx, ClientOptions.ofNode(settings, node.host(), node.port()));
        logNodeClient = single;
        return Future.succeededFuture(single);
    }

    /**
     * Makes every node of a Cluster answer, so that none is taken for silent; the commands of a tick do not reach all
     * nodes. An error is an answer too: a Redis whose disk is full refuses PING as it refuses writes.
     */
    Future<Void> keepAlive(RedisConnection commands) {
        return settings.cluster()
                ? RedisCluster.create(commands)
                        .onAllNodes(Request.cmd(Command.PING))
                        .<Void>mapEmpty()
                        .recover(failure ->
                                RedisErrors.isReply(failure) ? Future.succeededFuture() : Future.failedFuture(failure))
                : Future.succeededFuture();
    }

    /** Closes all sockets, including those still being opened. */
    Future<Void> close() {
        closed = true;
        Redis single = logNodeClient;
        Future<Void> subscriber = single == null ? Future.succeededFuture() : single.close();
        Future<Void> second = addressed == null ? Future.succeededFuture() : addressed.close();
        return Future.join(subscriber, second, client.close()).mapEmpty();
    }

    /** The node of a Cluster that owns the log's slot, as the Cluster announces it. */
    record LogNode(String host, int port) {

        /**
         * Asks the Cluster.
         *
         * @param asked the URL of a node, whose host replaces a host that the Cluster leaves empty
         */
        static Future<LogNode> find(RedisConnection commands, URI asked) {
            return commands.send(Request.cmd(Command.CLUSTER).arg("KEYSLOT").arg(RedisNames.LOG_STATE))
                    .compose(slot -> commands.send(Request.cmd(Command.CLUSTER).arg("SLOTS"))
                            .map(ranges -> ownerOf(slot.toInteger(), ranges, asked)));
        }

        // CLUSTER SLOTS: [[first slot, last slot, [master's host, port, …], [replica's host, …] …] …]
        private static LogNode ownerOf(int slot, Response ranges, URI asked) {
            for (Response range : ranges) {
                if (range.get(0).toInteger() <= slot && slot <= range.get(1).toInteger()) {
                    Response host = range.get(2).get(0);
                    boolean unnamed = host == null || host.toString().isEmpty();
                    return new LogNode(
                            unnamed ? asked.getHost() : host.toString(),
                            range.get(2).get(1).toInteger());
                }
            }
            throw new IllegalStateException("no node of the Cluster serves slot " + slot);
        }
    }

    /**
     * The connections of a session for reading a log in Redis; the first one follows the tail. Confined to the
     * owner's loop.
     */
    static final class LogConnections {

        private final Connections connections;
        private final int count;
        private final List<RedisConnection> opened = new ArrayList<>();

        LogConnections(Connections connections, int readers) {
            this.connections = connections;
            this.count = readers == 0 ? 0 : readers + 1;
        }

        /** Opens the connections one after the other, so that a slow Redis does not have to accept all at once. */
        Future<Void> open(RedisConnection commands, UnaryOperator<RedisConnection> watched) {
            Future<Void> opening = Future.succeededFuture();
            for (int index = 0; index < count; index++) {
                opening = opening.compose(before -> connections.openAtLog(commands))
                        .onSuccess(connection -> opened.add(watched.apply(connection)))
                        .mapEmpty();
            }
            return opening;
        }

        List<RedisConnection> opened() {
            return opened;
        }

        /**
         * Keeps idle readers, and the tail's connection while the tail is not followed, from being taken for silent. Fails
         * only if one gives no answer.
         */
        Future<Void> keepAlive() {
            List<Future<?>> pings = new ArrayList<>();
            opened.forEach(reader -> pings.add(RedisErrors.sendAll(reader, List.of(Request.cmd(Command.PING)))));
            return Future.all(pings).mapEmpty();
        }
    }

    /**
     * The connections of a live session, except its subscriber connection.
     *
     * @param scripts the connection for commands, or one to the node that owns the log
     * @param log empty, or the connection that follows the log's tail and then those for reading
     */
    record Opened(RedisConnection commands, RedisConnection scripts, List<RedisConnection> log) {

        Opened {
            log = List.copyOf(log);
        }
    }
}
