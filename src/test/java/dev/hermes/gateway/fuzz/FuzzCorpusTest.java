package dev.hermes.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Resp;
import dev.hermes.gateway.fixture.RunningGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What failed once in a fuzz run, and what is known to break servers like this one, at the same doors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuzzCorpusTest {

    private RunningGateway gateway;
    private Health health;
    private Witness witness;

    @BeforeAll
    void start() {
        gateway = FuzzGateway.start();
        health = Health.of(gateway.vertx());
        witness = new Witness(gateway.port());
    }

    @AfterAll
    void close() {
        witness.close();
        gateway.close();
        health.close();
        assertThat(health.faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "request", "http1", "http2", "settings"})
    void isAnsweredAsTheContractSays(String name) throws IOException {
        List<Path> files = Corpus.of(name);
        List<Finding> findings = new ArrayList<>();
        try (Way way = open(name)) {
            for (Path file : files) {
                way.send(List.of(Files.readAllBytes(file)), findings);
                assertThat(findings).as("%s", file).isEmpty();
            }
        }
        assertThat(files).isNotEmpty();
    }

    private Way open(String name) throws IOException {
        int redis = gateway.redis().url().getPort();
        return switch (name) {
            case "redis" -> new RedisWay(redis, gateway.port());
            case "request" -> new RequestWay(gateway.port());
            case "http1" -> BytesWay.http1(gateway.port());
            case "http2" -> BytesWay.http2(gateway.port());
            case "settings" -> new SettingsWay();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @AfterEach
    void nobodyElseNotices() throws IOException {
        byte[] message =
                Resp.bytes("{\"type\":\"t\",\"data\":" + witness.place("after").expect("{}") + "}");
        List<Finding> findings = new ArrayList<>();
        try (RedisWay producer = new RedisWay(gateway.redis().url().getPort(), gateway.port())) {
            producer.send(List.of(Resp.command(Resp.bytes("PUBLISH"), Resp.bytes(Witness.CHANNEL), message)), findings);
        }
        Awaitility.await().until(witness::complete);
        assertThat(witness.faults()).isEmpty();
        assertThat(findings).isEmpty();
        assertThat(health.faults()).isEmpty();
    }
}
