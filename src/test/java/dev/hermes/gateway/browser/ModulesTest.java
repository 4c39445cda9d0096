package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * The tests in {@code src/test/js}: the modules of the browser client under a clock, a network and tabs that they make up, in
 * an engine of this JVM, so that nobody needs Node. {@code -Dhermes.seed} plays one random browser again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModulesTest {

    private static final Path ALL = Path.of("src", "test", "js", "all.js").toAbsolutePath();

    /** What waits until no promise is left to be settled. One thread. */
    private final Deque<Value> immediates = new ArrayDeque<>();

    private final Context engine = Context.newBuilder("js")
            .allowIO(IOAccess.ALL)
            .allowExperimentalOptions(true)
            .option("js.esm-eval-returns-exports", "true")
            .option("engine.WarnInterpreterOnly", "false")
            .build();

    @AfterAll
    void close() {
        engine.close();
    }

    @TestFactory
    Stream<DynamicTest> eachOfThem() throws IOException {
        Value global = engine.getBindings("js");
        global.putMember("setImmediate", (ProxyExecutable) given -> {
            immediates.add(given[0]);
            return null;
        });
        Integer seed = Integer.getInteger("hermes.seed");
        if (seed != null) {
            global.putMember("HERMES_SEED", seed);
        }
        Source source = Source.newBuilder("js", ALL.toFile())
                .mimeType("application/javascript+module")
                .build();
        Value tests = engine.eval(source).getMember("tests");
        return IntStream.range(0, (int) tests.getArraySize())
                .mapToObj(tests::getArrayElement)
                .map(test ->
                        DynamicTest.dynamicTest(test.getMember("name").asString(), () -> run(test.getMember("body"))));
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
