package dev.hermes.gateway.bench;

/** A herd that returns to a process that has just become ready, as after each restart, beside the same to a warm one. */
final class ColdHerdScenario implements Scenario {

    private static final int WARM_UPS = 2;

    @Override
    public String name() {
        return "coldherd";
    }

    @Override
    public String about() {
        return "5,000 clients return at once, each 1,000 events behind, 10 of which match its filter: to a process that has"
                + " just become ready, beside one that goes on, and to the same when it is warm.";
    }

    @Override
    public void run(BenchSettings settings, Outcome outcome) {
        for (int round = 1; round <= settings.rounds(); round++) {
            try (Servers servers = new Servers(settings, outcome)) {
                Herd herd = new Herd(settings, servers.redis());
                // As in a rolling restart: the other gateway hears what is published meanwhile.
                String cursor = herd.misses(servers.unwatchedGateway());
                GatewayServer gateway = servers.gateway();
                outcome.add(measured(herd, gateway, cursor, Outcome.COLD, round, outcome));
                for (int warmUp = 0; warmUp < WARM_UPS; warmUp++) {
                    herd.returns(gateway, cursor, "warming up", outcome);
                }
                gateway.warmedUp();
                outcome.add(measured(herd, gateway, cursor, Outcome.WARM, round, outcome));
            }
        }
        outcome.coldGoal(1.3, Figure.CAUGHT_UP);
        outcome.goalWithoutFaults("cold herd: all caught up, each with its 10 events");
    }

    private static Measurement measured(
            Herd herd, GatewayServer gateway, String cursor, String point, int round, Outcome outcome) {
        return Measurement.of(GatewayServer.NAME, point, round)
                .with(Figure.STREAMS, herd.clients())
                .with(Figure.CAUGHT_UP, herd.returns(gateway, cursor, point + " round " + round, outcome));
    }
}
