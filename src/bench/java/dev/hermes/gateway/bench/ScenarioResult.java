package dev.hermes.gateway.bench;

import java.util.List;
import java.util.Map;

/**
 * What came of one scenario.
 *
 * @param load the machine's load average when it began
 * @param heldUp tasks that held up an event loop once the gateway was warm
 * @param medians of each server and point over its rounds
 * @param measurements the rounds themselves
 * @param details lines of their own width
 * @param series of each server, one figure for each second
 * @param faults what was lost, repeated or failed
 */
record ScenarioResult(
        String name,
        String about,
        String load,
        double seconds,
        HeldUp heldUp,
        List<Measurement> medians,
        List<Measurement> measurements,
        List<Goal> goals,
        List<String> faults,
        List<String> notes,
        List<String> details,
        Map<String, List<Double>> series) {}
