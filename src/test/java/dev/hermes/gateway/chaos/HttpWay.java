package dev.hermes.gateway.chaos;

import java.util.List;
import java.util.Random;

/** Publishes by POST, to one of the gateways. Only an answer that tells an id says anything: else it may have been taken. */
final class HttpWay implements Publisher.Way {

    private static final int TAKEN = 202;

    private final List<Integer> ports;
    private final String apiKey;
    private final Random random;

    HttpWay(List<Integer> ports, String apiKey, Random random) {
        this.ports = ports;
        this.apiKey = apiKey;
        this.random = random;
    }

    @Override
    public Outcome publish(Source source, int number) {
        Wire.Answer answer = Wire.exchange(
                ports.get(random.nextInt(ports.size())),
                "POST",
                "/api/v1/events/publish",
                apiKey,
                "{\"channel\":\"" + source.channel() + "\",\"type\":\"" + source.type() + "\",\"data\":"
                        + source.data(number) + "}");
        if (answer.status() != TAKEN) {
            return new Outcome.Unknown();
        }
        String id = answer.body().replaceAll("(?s).*\\[\"([0-9]+-[0-9]+)\"].*", "$1");
        return new Outcome.Taken(Position.parse(id));
    }

    @Override
    public void close() {}
}
