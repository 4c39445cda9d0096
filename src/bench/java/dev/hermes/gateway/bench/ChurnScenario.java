package dev.hermes.gateway.bench;

import java.time.Duration;
import java.util.List;

/** Clients come and go. */
final class ChurnScenario implements Scenario {

    private static final int OPENED_PER_SECOND = 1_000;
    private static final int LONGER_THAN_A_ROUND = 6;
    private static final Duration LIFE = Duration.ofSeconds(1);

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String about() {
        return "1,000 streams opened a second for a minute, each with a token of its own and closed a second after it was"
                + " told that it is connected. Times are from connect() to `connected`.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        Duration measured = settings.measured().multipliedBy(LONGER_THAN_A_ROUND);
        try (Servers servers = new Servers(settings, outcome)) {
            GatewayServer gateway = servers.gateway();
            churn(settings, servers, gateway, settings.measured());
            churn(settings, servers, gateway, settings.measured());
            gateway.warmedUp();
            Churned churned = churn(settings, servers, gateway, measured);
            outcome.faults("streams", churned.problems());
            outcome.add(Measurement.of(GatewayServer.NAME, "", 1)
                    .with(Figure.STREAMS, churned.streams())
                    .with(Figure.FAILED, churned.failed())
                    .with(Figure.CPU_SHARE, 100 * churned.cpuSeconds() / measured.toSeconds())
                    .with(churned.untilConnected()));
        }
        outcome.goal("failed opens", 0, Figure.FAILED, GatewayServer.NAME);
        outcome.goal("p99 from connect to connected", 50, Figure.P99, GatewayServer.NAME);
    }

    private record Churned(
            int streams, int failed, List<String> problems, double cpuSeconds, Histogram untilConnected) {}

    private static Churned churn(BenchSettings settings, Servers servers, GatewayServer gateway, Duration length) {
        int perSecond = settings.scaled(OPENED_PER_SECOND);
        int streams = Math.toIntExact(perSecond * length.toSeconds());
        List<String> tokens = servers.redis().tokens(streams, number -> "queue");
        double before = ProcessFigures.cpuSeconds(gateway.processes());
        CrowdPlan plan = CrowdPlan.staying(
                        gateway.port(),
                        streams,
                        Http1Connection.told(number -> GatewayServer.EVENTS + "/queue?token=" + tokens.get(number)))
                .passing(perSecond, LIFE);
        try (Crowd crowd = Crowd.opening(plan)) {
            crowd.awaitConnected();
            double used = ProcessFigures.cpuSeconds(gateway.processes()) - before;
            int failed = streams - crowd.connected() + crowd.failed();
            List<String> problems = crowd.problems();
            return new Churned(streams, failed, problems, used, crowd.untilConnected());
        } finally {
            Pause.of(LIFE);
        }
    }
}
