package dev.hermes.gateway.chain;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The claim of the design, against a real Redis: whatever happens to the gateways, every message is logged once and in
 * order, or lies within a hole that the log itself declares; and while somebody listens, nothing is missing. The seed of
 * a round that fails is in its message; what the machine does in which millisecond is not in the seed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarkerChainModelTest {

    private static final Logger LOG = LoggerFactory.getLogger(MarkerChainModelTest.class);

    private static final long FIRST_SEED = Long.getLong("chain.seed", System.nanoTime());
    private static final int TIMES = Integer.getInteger("chain.rounds", 1);
    private static final MarkerChain.Limits HASTY = new MarkerChain.Limits(50, 20, 1 << 20, 1 << 20);
    private static final MarkerChain.Limits PATIENT = new MarkerChain.Limits(5_000, 20, 1 << 20, 1 << 20);

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, Long> totals = new TreeMap<>();
    private ChainRedis redis;
    private Redis client;

    @BeforeAll
    void startRedis() {
        redis = new ChainRedis();
        client = Redis.createClient(
                vertx,
                new RedisOptions()
                        .setConnectionString(redis.url())
                        .setMaxPoolSize(200)
                        .setMaxPoolWaiting(200));
    }

    @AfterAll
    void stop() {
        LOG.info("model totals={} first_seed={}", totals, FIRST_SEED);
        await(client.close());
        await(vertx.close());
        redis.close();
    }

    @Test
    void whatIsPublishedIsLoggedOnceOrDeclaredLost() throws Exception {
        for (int round = 0; round < 20 * TIMES; round++) {
            play(new ModelRound.Plan(FIRST_SEED + round, false, false, 150, HASTY, 0.06));
        }
    }

    @Test
    void theSameHoldsWhenFailoversTakeBackWhatWasLogged() throws Exception {
        for (int round = 0; round < 12 * TIMES; round++) {
            play(new ModelRound.Plan(FIRST_SEED + 1_000 + round, false, true, 150, HASTY, 0.06));
        }
    }

    @Test
    void nothingIsLostOrDeclaredWhileOneListens() throws Exception {
        for (int round = 0; round < 10 * TIMES; round++) {
            ModelRound played = play(new ModelRound.Plan(FIRST_SEED + 2_000 + round, true, false, 150, PATIENT, 0.06));
            assertThat(played.wasDeaf()).isFalse();
        }
    }

    @Test
    void withoutFaultsWhatIsRejectedIsKeptExactlyOnce() throws Exception {
        int whole = 0;
        for (int round = 0; round < 3 * TIMES || whole == 0; round++) {
            ModelRound played = play(new ModelRound.Plan(FIRST_SEED + 3_000 + round, true, false, 100, PATIENT, 0));
            Set<String> rejected = new HashSet<>(played.published.stream()
                    .filter(serial -> serial.startsWith("bad"))
                    .toList());
            assertThat(rejected).containsAll(played.kept.keySet());
            // What a hole swallowed, where this machine was too slow for the chain, was not only events.
            if (!redis.log().contains("gap")) {
                assertThat(played.kept.keySet()).as("kept: %s", played.deeds).isEqualTo(rejected);
                whole++;
            }
        }
    }

    private ModelRound play(ModelRound.Plan plan) throws Exception {
        redis.ask("FLUSHALL");
        redis.identify(ChainRedis.IDENTITY);
        ModelRound round = new ModelRound(vertx, client, redis, plan);
        round.play();
        judge(plan, round);
        return round;
    }

    private void judge(ModelRound.Plan plan, ModelRound round) {
        List<ChainRedis.Entry> entries = redis.entries();
        List<Integer> logged = new ArrayList<>();
        // Each hole as the numbers of the messages around it.
        List<int[]> holes = new ArrayList<>();
        int last = -1;
        for (ChainRedis.Entry entry : entries) {
            if (entry.type().equals("gap")) {
                holes.add(new int[] {last, Integer.MAX_VALUE});
            } else if (entry.type().equals("t")) {
                int serial = Integer.parseInt(entry.fields().get("timestamp"));
                holes.stream().filter(hole -> hole[1] == Integer.MAX_VALUE).forEach(hole -> hole[1] = serial);
                logged.add(serial);
                last = serial;
            }
        }
        assertThat(logged).as("once: %s %s", plan, round.deeds).doesNotHaveDuplicates();
        if (!plan.failovers()) {
            assertThat(logged).as("order: %s %s", plan, round.deeds).isSorted();
        }
        // Of what a failover takes back each gateway has kept another part: between subscriptions their order is lost.
        bySubscription(entries)
                .forEach((subscription, serials) -> assertThat(serials)
                        .as("order of %s: %s %s", subscription, plan, round.deeds)
                        .isSorted());

        Set<Integer> missing = new HashSet<>();
        round.published.stream()
                .filter(serial -> !serial.startsWith("bad"))
                .map(Integer::valueOf)
                .forEach(missing::add);
        missing.removeAll(new HashSet<>(logged));
        int lost = missing.size();
        missing.removeIf(serial -> holes.stream().anyMatch(hole -> hole[0] < serial && serial < hole[1]));
        assertThat(missing).as("silently lost: %s %s", plan, round.deeds).isEmpty();
        if (plan.steady()) {
            assertThat(holes)
                    .as("declared although one listened: %s %s", plan, round.deeds)
                    .isEmpty();
            assertThat(lost).isZero();
        }
        if (!plan.failovers()) {
            assertThat(round.kept.values()).as("kept once: %s", plan).allMatch(times -> times == 1);
            judgeWhatWasTold(plan, round, entries);
        }
        total("published", round.published.size());
        total("logged", logged.size());
        total("declared lost", lost);
        total("holes", holes.size());
        round.deeds.forEach(this::total);
    }

    private static Map<String, List<Integer>> bySubscription(List<ChainRedis.Entry> entries) {
        Map<String, List<Integer>> serials = new TreeMap<>();
        entries.stream()
                .filter(entry -> entry.type().equals("t"))
                .forEach(entry -> serials.computeIfAbsent(
                                String.valueOf(entry.fields().get("channel")), first -> new ArrayList<>())
                        .add(Integer.valueOf(entry.fields().get("timestamp"))));
        return serials;
    }

    private static void judgeWhatWasTold(ModelRound.Plan plan, ModelRound round, List<ChainRedis.Entry> entries) {
        Map<EventId, String> told = new TreeMap<>();
        round.all.forEach(gateway -> gateway.appended.forEach((id, serial) ->
                assertThat(told.put(id, serial)).as("told once: %s", plan).isNull()));
        for (ChainRedis.Entry entry : entries) {
            String serial = told.remove(EventId.parse(entry.id()));
            if (serial != null) {
                assertThat(serial).isEqualTo(entry.fields().get("timestamp"));
            }
        }
        assertThat(told).as("told of what is not there: %s", plan).isEmpty();
    }

    private void total(String what, long count) {
        totals.merge(what, count, Long::sum);
    }
}
