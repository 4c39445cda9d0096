package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Many clients of the queue behind a balancer that goes round, on one event loop: each obeys what it is told about coming
 * back and says what it has seen, as an {@code EventSource} does. A gateway that refuses the connection is passed over.
 * What they receive must be numbered, from 0 on.
 */
final class Crowd implements AutoCloseable {

    private static final int AT_ONCE = 50;
    private static final long AGAIN_MILLIS = 100;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final NetClient net;
    private final Set<String> expected;
    private final List<Integer> ports;
    private final String credential;
    private final List<ReturningClient> clients = new ArrayList<>();

    // On the loop.
    private final List<Long> returns = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Integer> ends = new TreeMap<>();
    private int turn;
    private boolean over;

    Crowd(int size, String credential, List<Integer> ports) {
        this(size, credential, ports, Set.of(), new NetClientOptions());
    }

    /** Clients that trust anybody over TLS, to whom these further types of events are no problem either. */
    static Crowd secure(int size, String credential, int port, Set<String> expected) {
        NetClientOptions trusting =
                new NetClientOptions().setSsl(true).setTrustAll(true).setHostnameVerificationAlgorithm("");
        return new Crowd(size, credential, List.of(port), expected, trusting);
    }

    private Crowd(int size, String credential, List<Integer> ports, Set<String> expected, NetClientOptions connecting) {
        this.net = vertx.createNetClient(connecting.setConnectTimeout(5_000));
        this.expected = Set.copyOf(expected);
        this.credential = credential;
        this.ports = List.copyOf(ports);
        for (int client = 0; client < size; client++) {
            clients.add(new ReturningClient(this));
        }
    }

    /** Opens all of them, some at a time. */
    void open() {
        on(() -> {
            Promise<Void> opened = Promise.promise();
            List<ReturningClient> waiting = new ArrayList<>(clients);
            for (int lane = 0; lane < AT_ONCE; lane++) {
                openNext(waiting, opened);
            }
            return opened.future();
        });
    }

    private void openNext(List<ReturningClient> waiting, Promise<Void> opened) {
        if (!waiting.isEmpty()) {
            waiting.remove(waiting.size() - 1).open().onComplete(connected -> openNext(waiting, opened));
        } else if (clients.stream().allMatch(ReturningClient::connected)) {
            opened.tryComplete();
        }
    }

    /** How many have seen everything before that number. */
    long haveSeen(int number) {
        return on(() -> Future.succeededFuture(
                clients.stream().filter(client -> client.next() == number).count()));
    }

    /** What was not as it should be. */
    List<String> problems() {
        return on(() -> Future.succeededFuture(List.copyOf(problems)));
    }

    /** How often streams were ended, by the reason they were told. */
    Map<String, Integer> ends() {
        return on(() -> Future.succeededFuture(Map.copyOf(ends)));
    }

    /**
     * The most that were told to come back within any 100 ms. Told, since all these clients are held up whenever their one
     * loop is, and then do come back together.
     */
    int mostReturnsAtOnce() {
        return on(() -> {
            Collections.sort(returns);
            int most = 0;
            int from = 0;
            for (int to = 0; to < returns.size(); to++) {
                while (returns.get(to) - returns.get(from) >= TimeUnit.MILLISECONDS.toNanos(100)) {
                    from++;
                }
                most = Math.max(most, to - from + 1);
            }
            return Future.succeededFuture(most);
        });
    }

    int returns() {
        return on(() -> Future.succeededFuture(returns.size()));
    }

    String credential() {
        return credential;
    }

    /** A connection to the gateway whose turn it is, or else to another. */
    Future<NetSocket> connect() {
        int first = turn++;
        Future<NetSocket> socket = Future.failedFuture("no gateway");
        for (int next = 0; next < ports.size(); next++) {
            int port = ports.get((first + next) % ports.size());
            socket = socket.recover(refused -> net.connect(port, "127.0.0.1", "localhost"));
        }
        return socket;
    }

    void returnAfter(ReturningClient client, long millis) {
        if (over) {
            return;
        }
        returns.add(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
        vertx.setTimer(Math.max(1, millis), due -> {
            client.open().onFailure(nobody -> returnAfter(client, AGAIN_MILLIS));
        });
    }

    boolean expects(String event) {
        return expected.contains(event);
    }

    void ended(String reason) {
        ends.merge(reason, 1, Integer::sum);
    }

    void problem(String what) {
        if (!over) {
            problems.add(what);
        }
    }

    private <T> T on(Supplier<Future<T>> task) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(there -> task.get().onComplete(done));
        try {
            return done.future().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError("not done", failure);
        }
    }

    @Override
    public void close() {
        on(() -> {
            over = true;
            return Future.succeededFuture();
        });
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(30, TimeUnit.SECONDS);
    }
}
