package dev.hermes.gateway.bench;

import java.util.ArrayList;
import java.util.List;

/** All that a run found, as it is written down. */
record Findings(
        Machine machine,
        BenchSettings settings,
        boolean loopLimitKnown,
        List<String> absent,
        List<ScenarioResult> scenarios) {

    List<Goal> goals() {
        List<Goal> goals = new ArrayList<>();
        scenarios.forEach(scenario -> goals.addAll(scenario.goals()));
        HeldUp heldUp = scenarios.stream().map(ScenarioResult::heldUp).reduce(HeldUp.NONE, HeldUp::and);
        goals.add(new Goal(
                "tasks over " + GatewayServer.LOOP_LIMIT_MILLIS + " ms on an event loop",
                0,
                loopLimitKnown ? (double) heldUp.tasks() : null,
                ""));
        return goals;
    }

    List<String> faults() {
        return scenarios.stream()
                .flatMap(scenario -> scenario.faults().stream().map(fault -> scenario.name() + ": " + fault))
                .toList();
    }
}
