package dev.hermes.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A second or so in the life of a fleet: messages are published while gateways join, pause, lose Redis and die, and Redis
 * fails over to an older state. Its director is one event loop.
 */
final class ModelRound implements ModelGateway.Round {

    /** What may happen. */
    record Plan(long seed, boolean steady, boolean failovers, int steps, MarkerChain.Limits limits, double fault) {}

    /** What was published, and to which subscription. */
    record Message(String subscription, String serial) {

        boolean isEvent() {
            return !serial.startsWith("bad");
        }

        int number() {
            return Integer.parseInt(serial);
        }
    }

    private static final int MOST_GATEWAYS = 3;
    private static final int PAUSE = 3;
    private static final String SAVE = """
            local saved = {}
            for index = 1, #KEYS do
              saved[index] = redis.call('DUMP', KEYS[index]) or ''
            end
            return saved
            """;
    private static final String RESTORE = """
            for index = 1, #KEYS do
              redis.call('DEL', KEYS[index])
              if ARGV[index] ~= '' then redis.call('RESTORE', KEYS[index], 0, ARGV[index]) end
            end
            -- No failover is over within the millisecond of the last ids, which would be given again.
            for wait = 1, 500000 do end
            """;

    private final Vertx vertx;
    private final Redis client;
    private final ChainRedis redis;
    private final Plan plan;
    private final Random random;
    private final Promise<Void> over = Promise.promise();

    // Read when the round is over.
    final List<Message> published = new ArrayList<>();
    final Map<String, Integer> kept = new ConcurrentHashMap<>();
    final List<ModelGateway> all = new ArrayList<>();
    final Map<String, Integer> deeds = new TreeMap<>();

    // Both shared by the gateways' loops, guarded by this.
    private final Set<ModelGateway> effective = new HashSet<>();
    private boolean deaf;

    private final List<ModelGateway> alive = new ArrayList<>();
    private @Nullable Response saved;
    private int step;

    ModelRound(Vertx vertx, Redis client, ChainRedis redis, Plan plan) {
        this.vertx = vertx;
        this.client = client;
        this.redis = redis;
        this.plan = plan;
        this.random = new Random(plan.seed());
    }

    /** Plays it, up to where a gateway has logged the last message that was published. */
    void play() throws Exception {
        join(plan.steady() ? "steady" : "g0");
        awaitEffective();
        synchronized (this) {
            deaf = false;
        }
        vertx.runOnContext(go -> next());
        over.future().await(60, TimeUnit.SECONDS);
        join("steady-to-the-end");
        awaitEffective();
        Set<String> last = new LinkedHashSet<>();
        for (String channel : List.of("q", "s", "d:1:p")) {
            last.add(publish(channel, ""));
        }
        org.awaitility.Awaitility.await("the last messages are logged " + plan)
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> {
                    Set<String> missing = new HashSet<>(last);
                    redis.entries()
                            .forEach(entry -> missing.remove(entry.fields().get("timestamp")));
                    if (!missing.isEmpty()) {
                        // Who was being cut off when they were published may not have heard them.
                        last.clear();
                        for (String channel : List.of("q", "s", "d:1:p")) {
                            last.add(publish(channel, ""));
                        }
                    }
                    return missing.isEmpty();
                });
        List<Future<Void>> closings = all.stream().map(ModelGateway::close).toList();
        org.awaitility.Awaitility.await("every gateway has closed " + plan)
                .atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> {
                    for (int index = 0; index < all.size(); index++) {
                        assertThat(closings.get(index).isComplete())
                                .as("%s has closed", all.get(index))
                                .isTrue();
                    }
                });
        Future.join(closings).await(1, TimeUnit.SECONDS);
    }

    /** Whether at some moment no gateway listened that could vouch for it. */
    synchronized boolean wasDeaf() {
        return deaf;
    }

    @Override
    public synchronized void effective(ModelGateway gateway, boolean is) {
        if (is) {
            effective.add(gateway);
        } else {
            effective.remove(gateway);
            deaf |= effective.isEmpty();
        }
    }

    @Override
    public void kept(String serial) {
        kept.merge(serial, 1, Integer::sum);
    }

    private synchronized boolean anyEffective() {
        return !effective.isEmpty();
    }

    private void awaitEffective() {
        org.awaitility.Awaitility.await("a gateway has settled " + plan)
                .atMost(20, TimeUnit.SECONDS)
                .pollInterval(2, TimeUnit.MILLISECONDS)
                .until(this::anyEffective);
    }

    private void next() {
        if (step++ == plan.steps()) {
            over.complete();
            return;
        }
        for (int burst = random.nextInt(4) == 0 ? random.nextInt(40) : random.nextInt(3); burst > 0; burst--) {
            String channel = List.of("q", "s", "d:1:p", "d:2:p").get(random.nextInt(4));
            publish(channel, random.nextInt(20) == 0 ? "bad" : "");
        }
        if (random.nextInt(12) == 0) {
            disturb();
        }
        vertx.setTimer(1 + random.nextInt(4), tick -> next());
    }

    private void disturb() {
        alive.removeIf(ModelGateway::dead);
        List<ModelGateway> victims = alive.stream().filter(ModelGateway::mortal).toList();
        boolean answersMayBeLost = plan.failovers() || plan.fault() > 0;
        int deed = random.nextInt(plan.failovers() ? 10 : 8);
        if (deed >= 8) {
            failOver();
        } else if (alive.size() < MOST_GATEWAYS && (deed < 3 || victims.isEmpty())) {
            did("join");
            join("g" + all.size());
        } else if (!victims.isEmpty()) {
            ModelGateway victim = victims.get(random.nextInt(victims.size()));
            // Whoever is cut off or dies may take an answer with it.
            switch (answersMayBeLost ? deed : PAUSE) {
                case PAUSE, 4, 5 -> {
                    did("pause");
                    victim.pause(1 + random.nextInt(random.nextInt(4) == 0 ? 400 : 60));
                }
                case 6 -> {
                    did("cut off");
                    victim.cutOff(1 + random.nextInt(80));
                }
                default -> {
                    did("kill");
                    alive.remove(victim);
                    victim.kill();
                }
            }
        }
    }

    private void did(String deed) {
        deeds.merge(deed, 1, Integer::sum);
    }

    private void join(String name) {
        ModelGateway gateway =
                new ModelGateway(vertx, client, name, this, plan.limits(), random.nextLong(), plan.fault());
        all.add(gateway);
        alive.add(gateway);
    }

    /** Everybody loses Redis and finds another one, that is some time behind. */
    private void failOver() {
        Response state = saved;
        saved = null;
        if (state == null) {
            redis.send(eval(SAVE)).onSuccess(answer -> saved = answer);
            return;
        }
        did("fail over");
        alive.forEach(gateway -> gateway.cutOff(5 + random.nextInt(60)));
        Request restore = eval(RESTORE);
        state.forEach(key -> restore.arg(key.toBuffer()));
        redis.send(restore);
    }

    private static Request eval(String script) {
        return Request.cmd(Command.EVAL)
                .arg(script)
                .arg(3)
                .arg("{hermes:events}:ingest")
                .arg("hermes:events")
                .arg("{hermes:events}:saved");
    }

    /** Messages differ in this text only, which the chain does not look at. */
    private String publish(String channel, String prefix) {
        String serial;
        synchronized (published) {
            serial = prefix + published.size();
            published.add(new Message(channel.startsWith("d:") ? ModelGateway.PATTERN : channel, serial));
            redis.send(Request.cmd(Command.PUBLISH).arg(channel).arg(serial));
        }
        return serial;
    }
}
