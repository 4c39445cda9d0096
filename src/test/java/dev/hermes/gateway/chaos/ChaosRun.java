package dev.hermes.gateway.chaos;

import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.Background;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionTimeoutException;

/** One run from its start to what is to be judged. One thread. */
final class ChaosRun implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration COOL_DOWN = Duration.ofSeconds(5);

    private final ChaosSettings settings;
    private final Ledger ledger = new Ledger();
    private final Timeline timeline = new Timeline();
    private final RecoveryTimes recovery = new RecoveryTimes();
    private final Lapse lapse = new Lapse();
    private final List<String> breaches = new CopyOnWriteArrayList<>();
    private final Deployment deployment;
    private final List<EventSourceClient> clients = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();

    ChaosRun(ChaosSettings settings, Path folder) {
        this.settings = settings;
        this.deployment = new Deployment(settings.gateways(), folder);
    }

    /** Returns when all is published and everybody was given the time to get it. */
    void run() {
        int port = deployment.clients().port();
        for (int number = 0; number < settings.clients(); number++) {
            Audience audience = Audience.of(number);
            Journal journal = new Journal("client " + number, audience, ledger, recovery);
            clients.add(new EventSourceClient(journal, Wire.Server.plain(port), Deployment.API_KEY, number % 3 == 0));
        }
        for (Source source : Source.values()) {
            publishers.add(new Publisher(source, way(source, port), ledger, 1));
        }
        await().alias("every client gets something from every producer")
                .atMost(PATIENCE)
                .until(() ->
                        clients.stream().allMatch(client -> client.journal().hasBegun()));
        breakThings();
        lapse.pass(COOL_DOWN);
        publishers.forEach(Publisher::close);
        awaitTheLast();
        clients.forEach(EventSourceClient::end);
        clients.forEach(EventSourceClient::close);
    }

    private Publisher.Way way(Source source, int port) {
        return switch (source) {
            case PUBLISHED_QUEUE, PUBLISHED_DOWNLOADS ->
                new RedisWay(deployment.redis().port(), false);
            case ADDED_QUEUE, ADDED_DOWNLOADS -> new RedisWay(deployment.redis().port(), true);
            case POSTED_QUEUE -> new HttpWay(port, Deployment.API_KEY);
        };
    }

    private void breakThings() {
        Set<FaultKind> possible = deployment.possible();
        EnumSet.complementOf(EnumSet.copyOf(possible)).forEach(kind -> tell("without %s: no C compiler", kind.label()));
        FaultPlan plan = new FaultPlan(settings.seed(), settings.gateways(), possible);
        Breaker breaker = new Breaker(deployment, clients, new Random(settings.seed()), lapse, breaches::add);
        long end = System.nanoTime() + settings.lasting().toNanos();
        while (System.nanoTime() < end) {
            List<Fault> faults = plan.next();
            String row =
                    faults.size() > 1 ? "two at once" : faults.get(0).kind().label();
            long begun = System.nanoTime();
            timeline.begin(row);
            tell("at %.3f s %s", timeline.seconds(begun), faults);
            make(breaker, faults, row);
            if (faults.stream().anyMatch(fault -> fault.kind().losesTheLog())) {
                timeline.lost(begun, System.nanoTime());
            }
            timeline.takenBack(breaker.takenBack());
            if (faults.stream().anyMatch(Fault::blinds)) {
                timeline.takenUnread(breaker.takenBack());
            }
            awaitRecovery(faults);
            lapse.pass(plan.pause());
        }
    }

    private void make(Breaker breaker, List<Fault> faults, String row) {
        List<CompletableFuture<Void>> over = new ArrayList<>();
        List<CompletableFuture<Void>> made = new ArrayList<>();
        for (Fault fault : faults) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            CompletableFuture<Void> done = new CompletableFuture<>();
            over.add(end);
            made.add(done);
            Background.run("breaker", () -> {
                try {
                    breaker.make(fault, () -> end.complete(null));
                    done.complete(null);
                } catch (RuntimeException | Error failure) {
                    end.completeExceptionally(failure);
                    done.completeExceptionally(failure);
                }
            });
        }
        CompletableFuture.allOf(over.toArray(CompletableFuture[]::new)).join();
        recovery.over(row, System.nanoTime());
        CompletableFuture.allOf(made.toArray(CompletableFuture[]::new)).join();
    }

    private void awaitRecovery(List<Fault> faults) {
        try {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> recovery.recovered() == clients.size());
        } catch (ConditionTimeoutException late) {
            clients.stream()
                    .map(client -> client.journal().client())
                    .filter(client -> !recovery.recovered(client))
                    .forEach(client -> breaches.add(client + ": not recovered within " + PATIENCE + " from " + faults));
        }
    }

    private void awaitTheLast() {
        Map<Source, List<Ledger.Entry>> entries = ledger.entries();
        List<EventSourceClient> waiting = new ArrayList<>(clients);
        try {
            await().atMost(PATIENCE).until(() -> {
                waiting.removeIf(client -> client.journal().hasTheLast(entries));
                return waiting.isEmpty();
            });
        } catch (ConditionTimeoutException late) {
            waiting.forEach(client -> breaches.add(client.journal().client() + ": did not get the last events"));
        }
    }

    private static void tell(String format, Object... values) {
        System.out.printf(Locale.ROOT, "chaos " + LocalTime.now(ZoneOffset.UTC) + " " + format + "%n", values);
    }

    /** Judges; after the run. */
    Judge judge() {
        Judge judge = new Judge(ledger, timeline);
        judge.judge(journals());
        judge.breaches().addAll(breaches);
        return judge;
    }

    private List<Journal> journals() {
        return clients.stream().map(EventSourceClient::journal).toList();
    }

    String report(Judge judge) {
        String version = deployment
                .ask("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .findFirst()
                .orElse("")
                .replace("redis_version:", "");
        return new ChaosReport(settings, timeline, judge, recovery).markdown(ledger, journals(), version);
    }

    @Override
    public void close() {
        lapse.end();
        publishers.forEach(Publisher::close);
        clients.forEach(EventSourceClient::end);
        clients.forEach(EventSourceClient::close);
        deployment.close();
    }
}
