package dev.hermes.gateway.chaos;

import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.Background;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisWire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Two gateways, one of them with TLS, under load for long. The start, to which all is held, is after one round of everything
 * with all clients, when these have gone, the log is empty again, and the heap is collected. One thread.
 */
final class SoakRun implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** More than any client is away: 10 s of its own will, and the 45 s that an overloaded gateway may ask of it. */
    private static final Duration LOG_AGE = Duration.ofMinutes(2);

    private static final Duration SETTLING = Duration.ofSeconds(30);
    private static final Duration BETWEEN_CLIENTS = Duration.ofMillis(20);

    /** As browsers, which wait long; one that came again soon would only add to what made it wait. */
    private static final int ANSWER_MILLIS = 30_000;

    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final Duration SAMPLE = Duration.ofSeconds(10);

    /** The events of the chaos run, so many times fewer: each reaches thousands here. */
    private static final int SLOWER = 40;

    private final SoakSettings settings;
    private final Ledger ledger = new Ledger();
    private final Timeline timeline = new Timeline();
    private final Lapse lapse = new Lapse();
    private final List<String> breaches = new CopyOnWriteArrayList<>();
    private final Random random;
    private final EmbeddedRedis redis;
    private final SoakHands hands;
    private final List<SoakSite> sites = new ArrayList<>();
    private final List<SoakFigures> figures = new ArrayList<>();
    private final List<Journal> journals = new ArrayList<>();
    private final List<EventSourceClient> clients = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();
    private volatile boolean sampled;

    SoakRun(SoakSettings settings, Path folder) {
        this.settings = settings;
        this.random = new Random(settings.seed());
        this.hands = new SoakHands(folder.toAbsolutePath(), lapse, random, breaches::add);
        this.redis = FreePorts.redis(
                "appendonly yes",
                "appendfsync always",
                "user plain on >of-this-run ~* &* +@all",
                "user tls on >of-this-run ~* &* +@all");
        sites.add(start("plain", folder, Map.of()));
        sites.add(start(
                "tls",
                folder,
                Map.of(
                        "HERMES_TLS_CERTIFICATE", hands.certificate().toString(),
                        "HERMES_TLS_KEY", hands.key().toString())));
        for (SoakSite site : sites) {
            site.gateway().awaitReady();
            figures.add(new SoakFigures(site));
        }
    }

    private SoakSite start(String name, Path folder, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("HERMES_CONF", hands.configuration().toString());
        environment.put("HERMES_SECRET_KEY", "the-secret-key-of-this-run-0123456789-0123456789");
        environment.put("HERMES_API_KEYS", Deployment.API_KEY);
        environment.put("HERMES_REDIS_URL", "redis://" + name + ":of-this-run@127.0.0.1:" + redis.port());
        environment.put("HERMES_SSE_MAX_CONNECTIONS", Integer.toString(2 * settings.clients()));
        environment.put("HERMES_SSE_CONNECTION_TIMEOUT", "300");
        environment.put("HERMES_SSE_HEARTBEAT_INTERVAL", "15");
        environment.put("HERMES_SSE_STALL_TIMEOUT", Long.toString(SoakHands.STALL_TIMEOUT.toSeconds()));
        environment.put("HERMES_HISTORY_MAX_AGE", Long.toString(LOG_AGE.toSeconds()));
        // What is left out on purpose could not be told from what is lost.
        environment.put("HERMES_CONFLATE_AFTER", "0");
        // All clients have one address here, and some of their tokens are revoked.
        environment.put("HERMES_RATE_LIMIT_PER_MINUTE", "1000000");
        GatewayProcess gateway = new GatewayProcess(environment, folder.resolve(name + ".log"));
        gateway.start();
        Wire.Server server = new Wire.Server(gateway.port(), more.isEmpty() ? null : hands.sockets(), ANSWER_MILLIS);
        return new SoakSite(name, gateway, server, redis.port());
    }

    /** Returns when the load has gone and everything had its time to come back. */
    void run() throws IOException {
        begin();
        round();
        end();
        settle();
        figures.forEach(SoakFigures::start);
        tell("start");

        begin();
        Thread sampler = Background.run("soak-sampler", this::sample);
        long end = System.nanoTime() + settings.lasting().toNanos();
        do {
            round();
        } while (System.nanoTime() < end);
        end();
        settle();
        tell("load ended");
        sampled = true;
        Background.join(sampler);
        try {
            await().atMost(PATIENCE).pollInterval(SAMPLE).until(() -> {
                figures.forEach(SoakFigures::end);
                return notReturned().isEmpty();
            });
        } catch (ConditionTimeoutException stillThere) {
            // The report tells of it.
        }
    }

    private void sample() {
        long next = System.nanoTime();
        for (int number = 0; !sampled && !lapse.ended(); number++) {
            boolean collected = number % 6 == 0;
            figures.forEach(one -> one.sample(collected));
            next += SAMPLE.toNanos();
            lapse.pass(Duration.ofNanos(next - System.nanoTime()));
        }
    }

    private void begin() {
        for (int number = 0; number < settings.clients(); number++) {
            Journal journal =
                    new Journal("client " + journals.size(), Audience.of(number), ledger, new RecoveryTimes());
            journals.add(journal);
            SoakSite site = sites.get(settings.secure(number) ? 1 : 0);
            clients.add(new EventSourceClient(journal, site.server(), Deployment.API_KEY, number % 8 == 0));
            lapse.pass(BETWEEN_CLIENTS);
        }
        for (Source source : Source.values()) {
            publishers.add(new Publisher(source, way(source), ledger, SLOWER));
        }
        awaitAll("every client gets something from every producer", Journal::hasBegun);
    }

    private Publisher.Way way(Source source) {
        return switch (source) {
            case PUBLISHED_QUEUE, PUBLISHED_DOWNLOADS -> new RedisWay(redis.port(), false);
            case ADDED_QUEUE, ADDED_DOWNLOADS -> new RedisWay(redis.port(), true);
            case POSTED_QUEUE -> new HttpWay(sites.get(0).server().port(), Deployment.API_KEY);
        };
    }

    private void round() throws IOException {
        List<SoakStep> steps = new ArrayList<>(Arrays.asList(SoakStep.values()));
        Collections.shuffle(steps, random);
        for (SoakStep step : steps) {
            timeline.begin(step.label());
            tell(step.label());
            hands.make(step, sites, clients, redis);
            lapse.pass(PAUSE);
            hands.make(SoakStep.CLIENTS_AWAY, sites, clients, redis);
            lapse.pass(PAUSE);
        }
        try {
            await().atMost(PATIENCE)
                    .until(() -> sites.stream()
                                    .mapToDouble(site -> site.figure("hermes_streams_open"))
                                    .sum()
                            == settings.clients());
        } catch (ConditionTimeoutException late) {
            breaches.add("after a round not every client has a stream again: "
                    + sites.stream()
                            .map(site -> site.figure("hermes_streams_open"))
                            .toList());
        }
    }

    private void end() {
        publishers.forEach(Publisher::close);
        publishers.clear();
        Map<Source, List<Ledger.Entry>> entries = ledger.entries();
        awaitAll("every client gets the last events", journal -> journal.hasTheLast(entries));
        endClients();
    }

    private void endClients() {
        clients.forEach(EventSourceClient::end);
        clients.forEach(EventSourceClient::close);
        clients.clear();
    }

    private void awaitAll(String what, Predicate<Journal> condition) {
        List<EventSourceClient> waiting = new ArrayList<>(clients);
        try {
            await().atMost(PATIENCE).until(() -> {
                waiting.removeIf(client -> condition.test(client.journal()));
                return waiting.isEmpty();
            });
        } catch (ConditionTimeoutException late) {
            breaches.add("not so: " + what + ": " + waiting.size() + " clients, such as "
                    + waiting.get(0).journal().client());
        }
    }

    /** Until what was published has grown too old to be kept. */
    private void settle() {
        lapse.pass(LOG_AGE.plus(SETTLING));
        sites.forEach(SoakSite::collect);
        lapse.pass(SETTLING);
    }

    private void tell(String what) {
        System.out.println("soak " + LocalTime.now(ZoneOffset.UTC) + " " + what);
    }

    List<String> notReturned() {
        return figures.stream().flatMap(one -> one.notReturned().stream()).toList();
    }

    /** Judges; after the run. */
    Judge judge() {
        Judge judge = new Judge(ledger, timeline);
        judge.judge(journals);
        judge.breaches().addAll(breaches);
        return judge;
    }

    String report(Judge judge) throws IOException {
        try (RedisWire wire = new RedisWire(redis.port())) {
            String version = wire.exchange("INFO", "server").text().replaceAll("(?s).*redis_version:(\\S+).*", "$1");
            return new SoakReport(settings, timeline, judge, figures).markdown(version);
        }
    }

    @Override
    public void close() {
        lapse.end();
        publishers.forEach(Publisher::close);
        endClients();
        sites.forEach(SoakSite::close);
        redis.close();
    }
}
