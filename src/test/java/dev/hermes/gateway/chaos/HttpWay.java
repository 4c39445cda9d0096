package dev.hermes.gateway.chaos;

/** Publishes by POST, to one of the gateways. Only an answer that tells an id says anything: else it may have been taken. */
final class HttpWay implements Publisher.Way {

    private static final int TAKEN = 202;

    private final int port;
    private final String apiKey;

    HttpWay(int port, String apiKey) {
        this.port = port;
        this.apiKey = apiKey;
    }

    @Override
    public Outcome publish(Source source, int number) {
        Wire.Answer answer = Wire.exchange(
                port,
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
