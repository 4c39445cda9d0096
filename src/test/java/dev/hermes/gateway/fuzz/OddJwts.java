package dev.hermes.gateway.fuzz;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** JWTs that bear the right signature, most of them, so that what is in them is looked at. */
final class OddJwts {

    private OddJwts() {}

    static Arbitrary<byte[]> arbitrary() {
        Arbitrary<String> header = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(Jwt.HS256_HEADER)),
                Tuple.of(
                        2,
                        Arbitraries.of(
                                "{\"alg\":\"none\"}",
                                "{\"alg\":\"RS256\"}",
                                "{\"alg\":null}",
                                "{}",
                                "[]",
                                "",
                                "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
                                "{\"alg\":\"HS256\",\"alg\":\"none\"}")),
                Tuple.of(1, Odd.json(2)));
        Arbitrary<String> number = Arbitraries.oneOf(Odd.number(), Odd.json(1), Arbitraries.just("4102444800"));
        Arbitrary<String> claims = Combinators.combine(
                        Arbitraries.oneOf(Arbitraries.just("\"u\""), Odd.json(2)),
                        number,
                        number,
                        Odd.mostly(
                                List.of("\"hermes-app\"", "\"hermes-api\"", "[\"hermes-app\"]", "[]", "null", "[1]"),
                                Odd.json(1)),
                        Arbitraries.integers().between(0, 9))
                .as((user, exp, iat, audience, kind) -> kind == 0
                        ? user
                        : "{\"sub\":" + user + ",\"user_id\":" + (kind == 1 ? exp : user)
                                + ",\"type\":\"access\",\"iss\":\"hermes-api\",\"aud\":" + audience + ",\"exp\":"
                                + (kind < 5 ? exp : "4102444800") + ",\"iat\":" + (kind < 7 ? iat : "1") + ",\"nbf\":"
                                + (kind < 3 ? iat : "1") + "}");
        return Combinators.combine(header, claims, Arbitraries.integers().between(0, 9))
                .as((head, said, kind) -> {
                    String content = Jwt.part(head) + "." + Jwt.part(said);
                    String signature = kind == 0
                            ? ""
                            : kind == 1 ? "AAAA" : Jwt.signature(content, "HS256", RunningGateway.SECRET_KEY);
                    return ("Bearer " + content + "." + signature).getBytes(StandardCharsets.US_ASCII);
                });
    }
}
