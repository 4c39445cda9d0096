package dev.hermes.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

    private static final String CPU = "CPU per delivery of gateway to nchan";

    @Test
    void aTenthWorseIsNoiseAndMoreIsNot() {
        assertThat(only(0.80, 0.88)).returns(false, Comparison.Change::worse);
        assertThat(only(0.80, 0.89))
                .returns(true, Comparison.Change::worse)
                .hasToString("keyed: " + CPU + ": 0.80 × before, 0.89 × now, +11 %");
        assertThat(only(0.80, 0.40)).returns(false, Comparison.Change::worse);
    }

    @Test
    void figuresOfTheMachineAreNotCompared() {
        assertThat(Comparison.of(report("keyed", CPU, 3.0, "ms"), report("keyed", CPU, 9.0, "ms")))
                .isEmpty();
    }

    @Test
    void onlyWhatBothMeasuredIsCompared() {
        JsonObject now = report("keyed", CPU, 0.9, "×");
        assertThat(Comparison.of(report("broadcast", CPU, 0.8, "×"), now)).isEmpty();
        assertThat(Comparison.of(report("keyed", CPU, null, "×"), now)).isEmpty();
        assertThat(Comparison.of(now, report("keyed", CPU, null, "×"))).isEmpty();
    }

    @Test
    void anEarlierReportThatIsNoneIsNamed(@TempDir Path folder) {
        assertThatThrownBy(() -> ReportJson.read(folder.resolve("none.json")))
                .hasMessageContaining("bench.compare")
                .hasMessageContaining("none.json");
    }

    private static Comparison.Change only(double before, double now) {
        List<Comparison.Change> changes =
                Comparison.of(report("keyed", CPU, before, "×"), report("keyed", CPU, now, "×"));
        assertThat(changes).hasSize(1);
        return changes.get(0);
    }

    private static JsonObject report(String scenario, String what, @Nullable Double measured, String unit) {
        JsonObject goal = new JsonObject()
                .put("what", what)
                .put("most", 1.0)
                .put("measured", measured)
                .put("unit", unit);
        return new JsonObject()
                .put(
                        "scenarios",
                        new JsonArray()
                                .add(new JsonObject().put("name", scenario).put("goals", new JsonArray().add(goal))));
    }
}
