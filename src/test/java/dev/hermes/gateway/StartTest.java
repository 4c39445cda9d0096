package dev.hermes.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.watchdog.Pace;
import dev.hermes.gateway.watchdog.TurnWatch;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;

/** A start loads thousands of classes; where it does so on an event loop, the loop serves nobody meanwhile. */
class StartTest {

    private static final Duration LONGEST_TURN = Duration.ofMillis(200);

    /** The time in line is left out already; what others take from the caches of a busy machine costs this much more. */
    private static final Duration LONGEST_ON_A_BUSY_MACHINE = Duration.ofMillis(250);

    @Test
    void noTurnOfAnEventLoopIsLong() {
        try (EmbeddedRedis redis = FreePorts.redis();
                OutsideProcess fresh = OutsideProcess.start(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@conf/jvm.options",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fresh.class.getName(),
                        redis.url().toString()))) {
            MatchResult turn = fresh.await("longest turn millis=(\\d+) allowed=(\\d+)");

            assertThat(fresh.awaitExit(Duration.ofSeconds(30))).isZero();
            assertThat(Long.parseLong(turn.group(1)))
                    .as("milliseconds of the longest turn; %s", fresh.lines())
                    .isPositive()
                    .isLessThanOrEqualTo(Long.parseLong(turn.group(2)));
        }
    }

    /** Starts a gateway as its process does, in a JVM in which nothing is loaded yet. */
    static final class Fresh {

        private static final Duration TOLD = Duration.ofMillis(80);

        private Fresh() {}

        public static void main(String[] arguments) {
            Pace pace = Pace.start();
            Map<String, String> settings = Map.of(
                    "API_PORT", "0",
                    "HERMES_MANAGEMENT_PORT", "0",
                    "HERMES_ENABLE_SSE", "true",
                    "HERMES_PAGE", "true",
                    "HERMES_SECRET_KEY", RunningGateway.SECRET_KEY,
                    "HERMES_REDIS_URL", arguments[0]);
            SettingsLoader.Loaded loaded = GatewayProcess.load(settings, SettingsLoader.Mode.PRODUCTION);
            Vertx vertx = GatewayProcess.vertx(loaded.settings());
            try (TurnWatch watch = TurnWatch.start(vertx, TOLD)) {
                GatewayProcess.start(vertx, loaded, (router, flag) -> {}, running -> {})
                        .await();
                watch.drain().forEach(System.out::println);
                long stretched = pace.stretched(LONGEST_TURN).toMillis();
                System.out.println("longest turn millis=" + watch.longest().toMillis() + " allowed="
                        + Math.min(stretched, LONGEST_ON_A_BUSY_MACHINE.toMillis()));
            }
            vertx.close().await();
            System.exit(0);
        }
    }
}
