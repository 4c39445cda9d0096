package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.OutsideProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.IOAccess;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The tests in {@code src/test/js}: the modules of the browser client under a clock, a network and tabs that they make up. In
 * Node where it is installed, else in an engine of this JVM, which takes twenty times as long, so that nobody needs Node.
 * {@code -Dhermes.seed} plays one random browser again.
 */
class ModulesTest {

    private static final Path FOLDER = Path.of("src", "test", "js").toAbsolutePath();
    private static final Path NODE = Path.of("/usr/bin/node");
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final @Nullable String seed = System.getProperty("hermes.seed");

    @TestFactory
    Stream<DynamicTest> eachOfThem() throws IOException {
        return Files.isExecutable(NODE) ? inNode() : new InThisJvm().tests(seed);
    }

    private Stream<DynamicTest> inNode() {
        ProcessBuilder command = new ProcessBuilder(NODE.toString(), "run.js").directory(FOLDER.toFile());
        if (seed != null) {
            command.environment().put("HERMES_SEED", seed);
        }
        try (OutsideProcess node = OutsideProcess.start(command)) {
            assertThat(node.awaitExit(LONGEST)).as("%s", node.errors()).isZero();
            assertThat(node.output()).isNotEmpty();
            return node.output().stream().map(JsonObject::new).map(ModulesTest::done);
        }
    }

    private static DynamicTest done(JsonObject result) {
        return DynamicTest.dynamicTest(
                result.getString("name"),
                () -> assertThat(result.getString("failure")).isNull());
    }

    /** One thread. */
    private static final class InThisJvm {

        /** What waits until no promise is left to be settled. */
        private final Deque<Value> immediates = new ArrayDeque<>();

        Stream<DynamicTest> tests(@Nullable String seed) throws IOException {
            Context engine = Context.newBuilder("js")
                    .allowIO(IOAccess.ALL)
                    .allowExperimentalOptions(true)
                    .option("js.esm-eval-returns-exports", "true")
                    .option("engine.WarnInterpreterOnly", "false")
                    .build();
            Value global = engine.getBindings("js");
            global.putMember("setImmediate", (ProxyExecutable) given -> {
                immediates.add(given[0]);
                return null;
            });
            if (seed != null) {
                global.putMember("HERMES_SEED", Integer.parseInt(seed));
            }
            Source source = Source.newBuilder("js", FOLDER.resolve("all.js").toFile())
                    .mimeType("application/javascript+module")
                    .build();
            Value tests = engine.eval(source).getMember("tests");
            return IntStream.range(0, (int) tests.getArraySize())
                    .mapToObj(tests::getArrayElement)
                    .map(test -> DynamicTest.dynamicTest(
                            test.getMember("name").asString(), () -> run(test.getMember("body"))))
                    .onClose(engine::close);
        }

        private void run(Value body) {
            List<String> failures = new ArrayList<>(List.of("it never ended"));
            Value promise = body.execute();
            if (promise.hasMember("then")) {
                promise.invokeMember(
                        "then",
                        (ProxyExecutable) ended -> {
                            failures.clear();
                            return null;
                        },
                        (ProxyExecutable) failed -> {
                            failures.set(0, failed[0].getMember("stack").asString());
                            return null;
                        });
            } else {
                failures.clear();
            }
            while (!immediates.isEmpty()) {
                immediates.remove().execute();
            }
            assertThat(failures).isEmpty();
        }
    }
}
