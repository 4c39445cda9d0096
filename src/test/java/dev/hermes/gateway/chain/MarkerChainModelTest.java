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
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
                    .filter(message -> !message.isEvent())
                    .map(ModelRound.Message::serial)
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
        List<Integer> logged = events(entries).map(MarkerChainModelTest::number).toList();
        assertThat(logged).as("once: %s %s", plan, round.deeds).doesNotHaveDuplicates();
        if (!plan.failovers()) {
            assertThat(logged).as("order: %s %s", plan, round.deeds).isSorted();
        }
        // Of what a failover takes back each gateway has kept another part: between subscriptions their order is lost.
        bySubscription(entries)
                .forEach((subscription, serials) -> assertThat(serials)
                        .as("order of %s: %s %s", subscription, plan, round.deeds)
                        .isSorted());

        Set<Integer> there = new HashSet<>(logged);
        List<ModelRound.Message> lost = round.published.stream()
                .filter(message -> message.isEvent() && !there.contains(message.number()))
                .toList();
        assertThat(lost.stream()
                        .filter(message -> holes(entries, ordered(plan, message.subscription())).stream()
                                .noneMatch(hole -> hole.covers(message.number()))))
                .as(() -> "silently lost: " + plan + " " + round.deeds + " " + shown(entries))
                .isEmpty();
        long declared = entries.stream().filter(MarkerChainModelTest::isGap).count();
        if (plan.steady()) {
            assertThat(declared)
                    .as("declared although one listened: %s %s", plan, round.deeds)
                    .isZero();
            assertThat(lost).isEmpty();
        }
        if (!plan.failovers()) {
            assertThat(round.kept.values()).as("kept once: %s", plan).allMatch(times -> times == 1);
            judgeWhatWasTold(plan, round, entries);
        }
        total("published", round.published.size());
        total("logged", logged.size());
        total("declared lost", lost.size());
        total("holes", declared);
        round.deeds.forEach(this::total);
    }

    /** Something may be missing between the messages with these two numbers. */
    private record Hole(int after, int before) {

        boolean covers(int number) {
            return after < number && number < before;
        }
    }

    /** The subscriptions with which this one has one order, by which a hole has its place. */
    private static Set<String> ordered(ModelRound.Plan plan, String subscription) {
        return plan.failovers() ? Set.of(subscription) : Set.copyOf(ModelGateway.SUBSCRIPTIONS);
    }

    /** The holes as those see them who listen to these subscriptions. */
    private static List<Hole> holes(List<ChainRedis.Entry> entries, Set<String> subscriptions) {
        List<Hole> holes = new ArrayList<>();
        boolean gap = false;
        int last = -1;
        for (ChainRedis.Entry entry : entries) {
            if (isGap(entry)) {
                gap = true;
            } else if (isEvent(entry) && subscriptions.contains(subscription(entry))) {
                if (gap) {
                    holes.add(new Hole(last, number(entry)));
                }
                gap = false;
                last = number(entry);
            }
        }
        if (gap) {
            holes.add(new Hole(last, Integer.MAX_VALUE));
        }
        return holes;
    }

    private static Map<String, List<Integer>> bySubscription(List<ChainRedis.Entry> entries) {
        return events(entries)
                .collect(Collectors.groupingBy(
                        MarkerChainModelTest::subscription,
                        Collectors.mapping(MarkerChainModelTest::number, Collectors.toList())));
    }

    private static Stream<ChainRedis.Entry> events(List<ChainRedis.Entry> entries) {
        return entries.stream().filter(MarkerChainModelTest::isEvent);
    }

    private static boolean isEvent(ChainRedis.Entry entry) {
        return entry.type().equals("t");
    }

    private static boolean isGap(ChainRedis.Entry entry) {
        return entry.type().equals("gap");
    }

    private static String subscription(ChainRedis.Entry entry) {
        return Objects.requireNonNull(entry.fields().get("channel"));
    }

    private static int number(ChainRedis.Entry entry) {
        return Integer.parseInt(Objects.requireNonNull(entry.fields().get("timestamp")));
    }

    /** The log, for whoever has to find out why. */
    private static String shown(List<ChainRedis.Entry> entries) {
        return entries.stream()
                .map(entry -> isEvent(entry) ? subscription(entry) + " " + number(entry) : entry.type())
                .collect(Collectors.joining(", "));
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
