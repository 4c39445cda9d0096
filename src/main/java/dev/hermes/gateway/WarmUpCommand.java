package dev.hermes.gateway;

import dev.hermes.gateway.ops.LogSetup;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Serves only itself and ends: what a JVM that is told to writes an archive of. */
@CommandLine.Command(
        name = "warm-up",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Serves itself for ten seconds and ends, for a JVM that is to write down what it has loaded.")
final class WarmUpCommand implements Callable<Integer> {

    private static final Duration TIME = Duration.ofSeconds(10);

    @CommandLine.Option(
            names = "--redis-url",
            description = "A Redis that nobody else uses, to serve by it; without, a log in memory.")
    private @Nullable String redisUrl;

    @Override
    public Integer call() throws IOException {
        LogSetup.silence();
        WarmUp.Served served =
                WarmUp.run(Vertx.vertx(new VertxOptions().setPreferNativeTransport(true)), TIME, redisUrl);
        System.out.println("served streams=" + served.streams() + " events=" + served.events());
        return CommandLine.ExitCode.OK;
    }
}
