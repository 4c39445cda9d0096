package dev.hermes.gateway.contract;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /token} and {@code DELETE /token}. */
class TokenTest {

    @AutoClose
    private static final RunningGateway GATEWAY = RunningGateway.started();

    @Test
    void aJwtMintsATokenThatOpensAStream() {
        assertOpensAStream(mint(json("{'scope':'queue'}"), Http.bearer(Jwt.of("u-1"))));
    }

    @Test
    void anApiKeyMintsATokenThatOpensAStream() {
        assertOpensAStream(mint(json("{'scope':'queue'}"), Http.apiKey()));
    }

    @Test
    void theAnswerHasEveryFieldAndIsKeptByNobody() {
        Http.Answer answer =
                Http.post(GATEWAY.port(), "/token", json("{'scope':'download:d-1','ttl':120}"), Http.apiKey());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        JsonObject minted = answer.json();
        assertThat(minted.fieldNames())
                .containsExactlyInAnyOrder("token", "scope", "permissions", "ttl", "expires_at", "expiresAt");
        assertThat(minted.getString("token")).matches("sse_[A-Za-z0-9_-]{43}");
        assertThat(minted.getString("scope")).isEqualTo("download:d-1");
        assertThat(minted.getJsonArray("permissions")).isEqualTo(JsonArray.of("read"));
        assertThat(minted.getInteger("ttl")).isEqualTo(120);
        assertThat(minted.getString("expiresAt")).isEqualTo(minted.getString("expires_at"));
        assertThat(OffsetDateTime.parse(minted.getString("expires_at")).toInstant())
                .isBetween(Instant.now().plusSeconds(100), Instant.now().plusSeconds(120));
    }

    @Test
    void aTokenLivesTenMinutesIfNothingElseIsAsked() {
        JsonObject minted = mint(json("{'scope':'queue'}"), Http.apiKey());

        assertThat(minted.getInteger("ttl")).isEqualTo(600);
        assertThat(timeToLive(minted)).isBetween(590L, 600L);
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 3_600})
    void aTokenLivesBetweenAMinuteAndAnHour(int ttl) {
        JsonObject minted = mint(json("{'scope':'queue','ttl':%s}", ttl), Http.apiKey());

        assertThat(minted.getInteger("ttl")).isEqualTo(ttl);
        assertThat(timeToLive(minted)).isBetween(ttl - 10L, (long) ttl);
    }

    @Test
    void theTokenStandsInRedisInHermesForm() {
        JsonObject minted = mint(json("{'scope':'queue stats','ttl':300}"), Http.bearer(Jwt.of("alice")));

        JsonObject stored = new JsonObject(redis(Command.GET, minted).toString());
        assertThat(stored.fieldNames())
                .containsExactlyInAnyOrder("scope", "user_id", "expires_at", "permissions", "created_at");
        assertThat(stored.getString("scope")).isEqualTo("queue stats");
        assertThat(stored.getString("user_id")).isEqualTo("alice");
        assertThat(stored.getJsonArray("permissions")).isEqualTo(JsonArray.of("read"));
        assertThat(stored.getString("expires_at")).isEqualTo(minted.getString("expires_at"));
        assertThat(OffsetDateTime.parse(stored.getString("created_at")).plusSeconds(300))
                .isEqualTo(OffsetDateTime.parse(stored.getString("expires_at")));
    }

    @Test
    void noTwoTokensAreAlike() {
        assertThat(mint(json("{'scope':'queue'}"), Http.apiKey()).getString("token"))
                .isNotEqualTo(mint(json("{'scope':'queue'}"), Http.apiKey()).getString("token"));
    }

    /** As Hermes takes it. */
    @ParameterizedTest
    @ValueSource(strings = {"120", " 120 ", "+120", "0120"})
    void aTtlMayBeTheDigitsOfANumber(String ttl) {
        JsonObject minted = mint(json("{'scope':'queue','ttl':'%s'}", ttl), Http.apiKey());

        assertThat(minted.getInteger("ttl")).isEqualTo(120);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                59, greater_than_equal
                0, greater_than_equal
                -1, greater_than_equal
                3601, less_than_equal
                4294967356, less_than_equal
                true, int_type
                '"ten"', int_parsing
                '""', int_parsing
                '"600.5"', int_parsing
                '"59"', greater_than_equal
                '"3601"', less_than_equal
                600.0, int_type
                600.5, int_type
                1e3, int_type
                null, int_type
                [], int_type
                {}, int_type
                """)
    void aTtlThatIsNoneIsRefusedAsFastApiWould(String ttl, String type) {
        assertInvalid(json("{'scope':'queue','ttl':%s}", ttl), List.of("body", "ttl"), type);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                {}; missing
                {"ttl":600}; missing
                {"scope":1}; string_type
                {"scope":null}; string_type
                {"scope":["queue"]}; string_type
                """)
    void aScopeThatIsNoTextIsRefusedAsFastApiWould(String body, String type) {
        assertInvalid(body, List.of("body", "scope"), type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; missing",
                "not json; json_invalid",
                "{\"scope\":; json_invalid",
                "[]; model_attributes_type",
                "\"queue\"; model_attributes_type",
                "null; model_attributes_type"
            })
    void aBodyThatIsNoObjectIsRefusedAsFastApiWould(String body, String type) {
        assertInvalid(body, List.of("body"), type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "queue ",
                " queue",
                "queue  stats",
                "admin",
                "queue admin",
                "download",
                "download:",
                "download:a/b",
                "download:*x",
                "download:a b",
                "queue:x",
                "QUEUE",
                "*",
                "download:\\u0000",
                "queue,stats"
            })
    void aScopeThatIsNotInTheCatalogueIsRefused(String scope) {
        Http.Answer answer = Http.post(GATEWAY.port(), "/token", json("{'scope':'%s'}", scope), Http.apiKey());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail())
                .isEqualTo("Invalid scope format. Must be 'download:<id>', 'queue', 'stats', 'system', 'analytics',"
                        + " or 'storage'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue", "download:*", "download:d-1", "queue stats system analytics storage download:*"})
    void everyScopeOfTheCatalogueCanBeMinted(String scope) {
        assertThat(mint(json("{'scope':'%s'}", scope), Http.apiKey()).getString("scope"))
                .isEqualTo(scope);
    }

    @Test
    void anApiKeyRevokesAnybodysToken() {
        String token =
                mint(json("{'scope':'queue'}"), Http.bearer(Jwt.of("alice"))).getString("token");

        assertThat(revoke(token, Http.apiKey())).isEqualTo(204);
        assertThat(poll(token)).isEqualTo(401);
    }

    @Test
    void aJwtRevokesItsOwnUsersToken() {
        String token =
                mint(json("{'scope':'queue'}"), Http.bearer(Jwt.of("alice"))).getString("token");

        assertThat(revoke(token, Http.bearer(Jwt.of("alice")))).isEqualTo(204);
        assertThat(poll(token)).isEqualTo(401);
    }

    @Test
    void aJwtDoesNotRevokeAnothersTokenAndIsNotToldSo() {
        String token =
                mint(json("{'scope':'queue'}"), Http.bearer(Jwt.of("alice"))).getString("token");

        assertThat(revoke(token, Http.bearer(Jwt.of("mallory")))).isEqualTo(204);
        assertThat(poll(token)).isEqualTo(200);
    }

    @Test
    void aJwtRevokesATokenThatHermesMade() {
        String token = GATEWAY.token("queue");

        assertThat(revoke(token, Http.bearer(Jwt.of("u-1")))).isEqualTo(204);
        assertThat(poll(token)).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sse_unknown", "x", "", "sse_a b", "* sse:token"})
    void revokingWhatIsNotThereIsDone(String token) {
        assertThat(revoke(token, Http.apiKey())).isEqualTo(204);
    }

    @Test
    void whatToRevokeMustBeSaid() {
        Http.Answer answer = Http.delete(GATEWAY.port(), "/token", "{}", Http.apiKey());

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().getJsonArray("detail").getJsonObject(0).getJsonArray("loc"))
                .isEqualTo(JsonArray.of("body", "token"));
    }

    private static JsonObject mint(String body, String credential) {
        Http.Answer answer = Http.post(GATEWAY.port(), "/token", body, credential);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    private static int revoke(String token, String credential) {
        return Http.delete(
                        GATEWAY.port(),
                        "/token",
                        new JsonObject().put("token", token).encode(),
                        credential)
                .status();
    }

    private static int poll(String token) {
        return Http.get(GATEWAY.port(), "/poll", Http.bearer(token)).status();
    }

    private static Response redis(Command command, JsonObject minted) {
        Response answer = GATEWAY.redis(command, "sse:token:" + minted.getString("token"));
        return Objects.requireNonNull(answer, "nothing in Redis");
    }

    private static long timeToLive(JsonObject minted) {
        return redis(Command.TTL, minted).toLong();
    }

    private static void assertOpensAStream(JsonObject minted) {
        try (SseConnection stream =
                SseConnection.open(GATEWAY.port(), Http.EVENTS + "/queue?token=" + minted.getString("token"))) {
            assertThat(stream.next().event()).isEqualTo("connected");
        }
    }

    private static void assertInvalid(String body, List<String> location, String type) {
        Http.Answer answer = Http.post(GATEWAY.port(), "/token", body, Http.apiKey());

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().getJsonArray("detail")).singleElement().satisfies(one -> {
            JsonObject error = (JsonObject) one;
            assertThat(error.fieldNames()).containsExactlyInAnyOrder("loc", "msg", "type");
            assertThat(error.getJsonArray("loc").stream().toList()).isEqualTo(location);
            assertThat(error.getString("msg")).isNotEmpty();
            assertThat(error.getString("type")).isEqualTo(type);
        });
    }
}
