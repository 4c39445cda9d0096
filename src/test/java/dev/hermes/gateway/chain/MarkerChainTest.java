package dev.hermes.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One step of the chain at a time, its time by hand. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarkerChainTest {

    private static final MarkerChain.Limits LIMITS = new MarkerChain.Limits(1_000, 500, 4 << 20, 64 << 20);

    private ChainRedis redis;

    @BeforeAll
    void startRedis() {
        redis = new ChainRedis();
    }

    @AfterAll
    void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void emptyRedis() {
        redis.ask("CONFIG", "SET", "maxmemory", "0");
        redis.ask("FLUSHALL");
        redis.identify(ChainRedis.IDENTITY);
    }

    @Test
    void logsWhatItHearsBehindItsOwnMarker() {
        ChainFixture gateway = gateway("g");
        gateway.chain.up(ChainRedis.IDENTITY);
        gateway.hear("before the marker");
        gateway.chain.heardSync("another-log 17 g");
        gateway.endTurn();
        gateway.chain.heardSync(ChainRedis.IDENTITY + " 17 another-gateway");
        gateway.hearAndSend("before it still");
        assertThat(gateway.sent).isEmpty();

        gateway.hear(gateway, gateway.drawn.get(0));
        gateway.hearAndSend("1", "2");
        assertThat(redis.log()).containsExactly("1", "2");
        assertThat(gateway.told).containsExactly("settled", "appended 1", "appended 2");
        assertThat(gateway.chain.settled()).isTrue();
    }

    @Test
    void whatArrivesInOneTurnIsOneCall() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.sent.clear();
        gateway.hearAndSend("1", "2", "3");

        assertThat(gateway.sent)
                .singleElement()
                .satisfies(batch -> assertThat(batch.calls()).hasSize(3));
    }

    @Test
    void oneCallIsBoundedByCountAndBytes() {
        ChainFixture gateway = new ChainFixture(redis, "g", new MarkerChain.Limits(1_000, 4, 2_000, 1 << 20));
        gateway.join();
        gateway.sent.clear();
        gateway.hearAndSend("1", "2", "3", "4", "5");
        gateway.hearAndSend("x".repeat(5_000), "6", "y".repeat(1_200), "7", "8");

        assertThat(gateway.sent).extracting(batch -> batch.calls().size()).containsExactly(4, 1, 1, 3, 1);
    }

    @Test
    void oneOfTwoAppendsAndBothGoOnWithoutAGap() {
        ChainFixture first = gateway("g1");
        ChainFixture second = gateway("g2");
        first.join();
        first.hearAndSend("1");
        second.chain.up(ChainRedis.IDENTITY);
        long marker = second.drawn.get(0);
        first.hear(second, marker);
        second.hear(second, marker);
        second.hearAndSend("2");
        assertThat(redis.log())
                .as("held until the first has proven what came before")
                .containsExactly("1");
        assertThat(second.chain.settled()).isFalse();

        first.hearAndSend("2");
        second.pass(25);
        assertThat(second.chain.settled()).isTrue();

        first.hear("3");
        second.hear("3");
        second.endTurn();
        first.endTurn();
        assertThat(redis.log()).containsExactly("1", "2", "3");
        assertThat(second.told).containsExactly("settled", "appended 3");
        assertThat(first.told).containsExactly("settled", "appended 1", "appended 2");
    }

    @Test
    void startsByItselfWhenNobodyHasProvenAnythingForASecond() {
        ChainFixture dead = gateway("dead");
        dead.join();
        dead.hearAndSend("1");
        ChainFixture gateway = gateway("g");
        gateway.pass(5_000);
        gateway.join();
        gateway.hearAndSend("2");
        gateway.pass(999);
        assertThat(redis.log()).containsExactly("1");

        gateway.pass(26);
        assertThat(redis.log()).containsExactly("1", "gap", "2");
        assertThat(new JsonObject(redis.entries().get(1).data()).getMap())
                .containsEntry("requested", redis.entries().get(0).id())
                .containsEntry("from", "2026-01-01T00:00:00.000Z")
                .containsEntry("to", "2026-01-01T00:00:05.000Z");
    }

    @Test
    void sendsTheSameCallsAgainWhenTheAnswerWasLost() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.losingAnswers = true;
        gateway.hearAndSend("1", "2");
        gateway.hearAndSend("3");
        gateway.losingAnswers = false;
        gateway.pass(50);

        assertThat(redis.log()).containsExactly("1", "2", "3");
        assertThat(gateway.told).containsExactly("settled", "appended 3");
    }

    @Test
    void whatIsHeardWhileItIsHeldIsLoggedOnceItIsNot() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.sent.clear();
        gateway.chain.hold();
        gateway.hearAndSend("1");
        gateway.hearAndSend("2");
        gateway.pass(10_000);
        assertThat(gateway.sent).isEmpty();

        gateway.chain.up(ChainRedis.IDENTITY);
        gateway.hearAndSend("3");
        assertThat(redis.log()).containsExactly("1", "2", "3");
    }

    @Test
    void whoIsUpAgainWithoutHavingHeldBeginsAnewForNobodyKnowsWhatItMissed() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.hearAndSend("1");
        gateway.chain.up(ChainRedis.IDENTITY);
        gateway.hearAndSend("after something unheard");
        assertThat(redis.log()).containsExactly("1");

        gateway.chain.hold();
        gateway.chain.down();
        gateway.chain.up(ChainRedis.IDENTITY);
        gateway.hearAndSend("after something unheard");
        assertThat(redis.log()).containsExactly("1");
    }

    @Test
    void aFullRedisGetsEverythingLater() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        redis.ask("CONFIG", "SET", "maxmemory", "1");
        gateway.hearAndSend("1");
        gateway.hearAndSend("2");
        gateway.pass(10_000);
        redis.ask("CONFIG", "SET", "maxmemory", "0");
        assertThat(redis.log()).isEmpty();

        gateway.pass(1_000);
        assertThat(redis.log()).containsExactly("1", "2");
    }

    @Test
    void whatWasNotAnsweredComesFirstWhenRedisIsBack() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.refusing = true;
        gateway.hearAndSend("1", "2");
        gateway.chain.down();
        gateway.hearAndSend("not heard, in truth");
        gateway.refusing = false;
        gateway.pass(3_000);
        gateway.join();
        gateway.hearAndSend("3");
        gateway.pass(1_000);

        assertThat(redis.log()).containsExactly("1", "2", "gap", "3");
    }

    @Test
    void whatIsGivenUpLiesBehindAHole() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.refusing = true;
        gateway.hearAndSend("1", "2");
        gateway.pass(500);
        gateway.chain.giveUp();
        gateway.hearAndSend("not heard, in truth");
        gateway.chain.down();
        gateway.refusing = false;
        gateway.pass(3_000);
        gateway.join();
        gateway.hearAndSend("3");
        gateway.pass(1_000);

        assertThat(redis.log()).containsExactly("{}", "gap", "3");
    }

    @Test
    void aStretchThatWasHeldWhenRedisWasLostIsNotLost() {
        gateway("dead").join();
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.hearAndSend("1");
        gateway.chain.down();
        gateway.pass(2_000);
        gateway.join();
        gateway.hearAndSend("2");
        gateway.pass(1_000);

        assertThat(redis.log()).containsExactly("{}", "gap", "1", "gap", "2");
    }

    @Test
    void beyondItsBoundItDropsAllAndSaysSo() {
        ChainFixture gateway = new ChainFixture(redis, "g", new MarkerChain.Limits(1_000, 500, 4 << 20, 10_000));
        gateway.join();
        gateway.hearAndSend("1");
        gateway.refusing = true;
        gateway.hearAndSend("x".repeat(6_000));
        gateway.hearAndSend("y".repeat(6_000));
        assertThat(gateway.chain.settled()).isFalse();

        gateway.hearAndSend("z");
        gateway.refusing = false;
        gateway.pass(50);
        gateway.hear(gateway, gateway.drawn.get(1));
        gateway.hearAndSend("2");
        gateway.pass(1_025);
        assertThat(redis.log()).containsExactly("1", "gap", "2");
    }

    @Test
    void aLogThatIsNotThereAnyMoreIsTold() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.hearAndSend("1");
        redis.ask("FLUSHALL");
        gateway.hearAndSend("2");
        assertThat(gateway.told).last().isEqualTo("lost");

        gateway.hearAndSend("3");
        redis.identify("anew");
        gateway.chain.up("anew");
        gateway.chain.heardSync("anew " + gateway.drawn.get(1) + " g");
        gateway.hearAndSend("4");
        assertThat(redis.log()).containsExactly("4");
    }

    @Test
    void aMarkerThatCouldNotBeDrawnIsDrawnLater() {
        ChainFixture gateway = gateway("g");
        gateway.refusing = true;
        gateway.chain.up(ChainRedis.IDENTITY);
        gateway.pass(500);
        gateway.refusing = false;
        assertThat(gateway.drawn).isEmpty();

        gateway.pass(1_000);
        assertThat(gateway.drawn).hasSize(1);

        gateway.pass(1_000);
        assertThat(gateway.drawn).as("nor was it heard").hasSize(2);

        gateway.hear(gateway, gateway.drawn.get(1));
        gateway.pass(10_000);
        assertThat(gateway.drawn).hasSize(2);
    }

    @Test
    void whoeverMissedAMarkerBeginsAnew() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        ChainFixture other = gateway("other");
        other.join();
        other.pass(1_000);
        gateway.hearAndSend("1");
        assertThat(redis.log()).containsExactly("{}", "gap");

        gateway.pass(1_000);
        assertThat(gateway.drawn).hasSize(2);

        gateway.hear(gateway, gateway.drawn.get(1));
        other.hear(gateway, gateway.drawn.get(1));
        other.endTurn();
        gateway.hearAndSend("2");
        gateway.pass(100);
        assertThat(redis.log()).containsExactly("{}", "gap", "2");
    }

    @Test
    void whatIsNoEventIsKeptByOneOnly() {
        ChainFixture first = gateway("g1");
        ChainFixture second = gateway("g2");
        first.join();
        long marker = second.join();
        first.hear(second, marker);
        first.endTurn();
        second.pass(25);
        List<String> kept = new ArrayList<>();
        second.chain.heardRejected("b:*", () -> kept.add("second"));
        second.endTurn();
        first.chain.heardRejected("b:*", () -> kept.add("first"));
        first.endTurn();

        assertThat(kept).containsExactly("second");
    }

    @Test
    void closingWaitsForWhatWasHeard() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.refusing = true;
        gateway.hearAndSend("1");
        Future<Void> closed = gateway.chain.close();
        assertThat(closed.isComplete()).isFalse();

        gateway.refusing = false;
        gateway.pass(50);
        assertThat(closed.succeeded()).isTrue();
        assertThat(redis.log()).containsExactly("1");
    }

    @Test
    void closingWaitsForASecondAtMost() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        gateway.refusing = true;
        gateway.hearAndSend("1");
        Future<Void> closed = gateway.chain.close();
        gateway.pass(1_000);

        assertThat(closed.succeeded()).isTrue();
    }

    @Test
    void rollsCarryHowMuchWasHeard() {
        ChainFixture gateway = gateway("g");
        long marker = gateway.join();
        gateway.hear("1", "2");
        gateway.chain.heard("b:*", ChainRedis.envelope("b", "3"));
        gateway.sent.clear();
        gateway.hear(gateway, marker + 5);
        gateway.endTurn();

        assertThat(gateway.sent.get(0).calls())
                .last()
                .isEqualTo(new ChainCall.Roll(marker, marker + 5, List.of(2L, 1L)));
    }

    @Test
    void aSubscriptionThatIsNotItsOwnIsAMistake() {
        ChainFixture gateway = gateway("g");
        gateway.join();
        assertThatThrownBy(() -> gateway.chain.heard("c", ChainRedis.envelope("c", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("c");
    }

    private ChainFixture gateway(String name) {
        return new ChainFixture(redis, name, LIMITS);
    }
}
