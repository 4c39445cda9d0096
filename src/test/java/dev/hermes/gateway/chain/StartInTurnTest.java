package dev.hermes.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Nobody is left who can prove that nothing is missing, and several gateways begin. */
class StartInTurnTest {

    private static final MarkerChain.Limits LIMITS = MarkerChain.Limits.DEFAULT;

    @AutoClose
    private final ChainRedis redis = new ChainRedis();

    @Test
    void whereTwoBeginAtOnceTheOneThatDrewFirstStarts() {
        ChainFixture dead = new ChainFixture(redis, "dead", LIMITS);
        dead.join();
        dead.hearAndSend("1");
        ChainFixture first = new ChainFixture(redis, "g1", LIMITS);
        ChainFixture second = new ChainFixture(redis, "g2", LIMITS);
        List<ChainFixture> both = List.of(first, second);
        both.forEach(gateway -> gateway.chain.up(ChainRedis.IDENTITY));
        both.forEach(gateway -> gateway.hear(first, first.drawn.get(0)));
        both.forEach(gateway -> gateway.hearAndSend("between the two"));
        both.forEach(gateway -> gateway.hear(second, second.drawn.get(0)));
        both.forEach(gateway -> gateway.hearAndSend("2"));

        second.pass(1_001);
        first.pass(1_001);
        second.pass(1_000);
        assertThat(redis.log()).containsExactly("1", "gap", "between the two", "2");
    }
}
