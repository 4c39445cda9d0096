package dev.hermes.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.config.Settings;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisReplicas;
import io.vertx.redis.client.RedisRole;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClientOptionsTest {

    @Test
    void endsASilentPeerAndNeverWaitsLong() {
        RedisOptions options = ClientOptions.of(single("redis://localhost"), 0);
        assertThat(options.getType()).isEqualTo(RedisClientType.STANDALONE);
        assertThat(options.getNetClientOptions().getReadIdleTimeout()).isEqualTo(6);
        assertThat(options.getNetClientOptions().getIdleTimeoutUnit()).isEqualTo(TimeUnit.SECONDS);
        assertThat(options.getNetClientOptions().getConnectTimeout()).isEqualTo(3_000);
        assertThat(options.getNetClientOptions().isSsl()).isFalse();
        assertThat(options.getMaxWaitingHandlers()).isGreaterThanOrEqualTo(16_384);
    }

    @Test
    void keepsTheUrlAndPutsTheDatabaseOfTheSettingsIntoIt() {
        assertThat(endpoints(0, "redis://user:p%40ss@host:7000/2?client=me"))
                .containsExactly("redis://user:p%40ss@host:7000/2?client=me");
        assertThat(endpoints(5, "redis://user:p%40ss@host:7000/2?client=me"))
                .containsExactly("redis://user:p%40ss@host:7000/5?client=me");
        assertThat(endpoints(5, "redis://host")).containsExactly("redis://host/5");
    }

    @Test
    void asksSentinelsForTheMasterByItsName() {
        RedisOptions options = ClientOptions.of(
                settings("mymaster", false, null, "redis://:word@one:26379", "redis://:word@two:26379"), 0);
        assertThat(options.getType()).isEqualTo(RedisClientType.SENTINEL);
        assertThat(options.getMasterName()).isEqualTo("mymaster");
        assertThat(options.getRole()).isEqualTo(RedisRole.MASTER);
        assertThat(options.isAutoFailover()).isFalse();
        assertThat(options.getEndpoints()).containsExactly("redis://:word@one:26379", "redis://:word@two:26379");
    }

    @Test
    void eachNodeIsAskedFirstInTurn() {
        Settings.Redis three = settings("mymaster", false, null, "redis://one", "redis://two", "redis://three");
        assertThat(ClientOptions.of(three, 1).getEndpoints())
                .containsExactly("redis://two", "redis://three", "redis://one");
        assertThat(ClientOptions.of(three, 5).getEndpoints())
                .containsExactly("redis://three", "redis://one", "redis://two");
    }

    @Test
    void asksOnlyMastersOfACluster() {
        RedisOptions options = ClientOptions.of(settings(null, true, null, "redis://one:7000", "redis://two:7001"), 0);
        assertThat(options.getType()).isEqualTo(RedisClientType.CLUSTER);
        assertThat(options.getUseReplicas()).isEqualTo(RedisReplicas.NEVER);
        assertThat(options.getEndpoints()).containsExactly("redis://one:7000", "redis://two:7001");
    }

    @Test
    void checksTheCertificateAndItsHostAgainstThePrivateAuthority() {
        var transport = ClientOptions.of(settings(null, false, Path.of("/etc/ca.pem"), "rediss://host"), 0)
                .getNetClientOptions();
        assertThat(transport.isSsl()).isTrue();
        assertThat(transport.isTrustAll()).isFalse();
        assertThat(transport.getHostnameVerificationAlgorithm()).isEqualTo("HTTPS");
        assertThat(transport.getTrustOptions()).isEqualTo(new PemTrustOptions().addCertPath("/etc/ca.pem"));
    }

    @Test
    void trustsThePublicAuthoritiesWithoutAFile() {
        var transport = ClientOptions.of(single("rediss://host"), 0).getNetClientOptions();
        assertThat(transport.isSsl()).isTrue();
        assertThat(transport.isTrustAll()).isFalse();
        assertThat(transport.getTrustOptions()).isNull();
    }

    @Test
    void reachesOneNodeWithTheCredentialsOfTheFirst() {
        Settings.Redis settings = settings(null, true, null, "rediss://me:p%40ss@one:7000");
        assertThat(ClientOptions.ofNode(settings, "10.0.0.7", 7003).getEndpoints())
                .containsExactly("rediss://me:p%40ss@10.0.0.7:7003");
        assertThat(ClientOptions.ofNode(settings, "::1", 7003).getEndpoints())
                .containsExactly("rediss://me:p%40ss@[::1]:7003");
    }

    @Test
    void quotesNoUrlThatItCannotRead() {
        assertThatThrownBy(() -> ClientOptions.uri(new Settings.Secret("redis://:pass word@host")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("HERMES_REDIS_URL")
                .hasNoCause()
                .hasMessageNotContaining("pass word");
    }

    @Test
    void namesOnlyHostAndPortAndBlotsOutPasswords() {
        FailureText reasons = new FailureText(settings(
                null, true, null, "redis://me:p%40ss@one:7000", "redis://two?password=other", "redis://[::1]:9"));
        assertThat(reasons.address()).isEqualTo("one:7000,two:6379,[::1]:9");
        assertThat(reasons.of("cannot reach\n- redis://me:p%40ss@one:7000\n- p@ss, other"))
                .isEqualTo("cannot reach - *** - ***, ***");
        assertThat(reasons.of("x".repeat(1_000))).hasSizeLessThan(310);
    }

    private static List<String> endpoints(int database, String url) {
        return ClientOptions.of(new Settings.Redis(List.of(new Settings.Secret(url)), database, null, false, null), 0)
                .getEndpoints();
    }

    private static Settings.Redis single(String url) {
        return settings(null, false, null, url);
    }

    private static Settings.Redis settings(
            @Nullable String master, boolean cluster, @Nullable Path caFile, String... urls) {
        return new Settings.Redis(Stream.of(urls).map(Settings.Secret::new).toList(), 0, master, cluster, caFile);
    }
}
