package dev.hermes.gateway.fuzz;

import dev.hermes.gateway.fixture.RunningGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** All doors at once, and what is looked at meanwhile. */
final class FuzzRun implements AutoCloseable {

    /** Until loops and memory are looked at: classes load, code compiles, pools fill. */
    private static final Duration WARM_UP = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final FuzzSettings settings;
    private final RunningGateway gateway = FuzzGateway.start();
    private final Writer writer = new Writer();
    private final Health health = Health.of(gateway.vertx());
    private final Witness witness = new Witness(gateway.port());
    private final List<Door> doors;
    private final List<String> faults = new ArrayList<>();
    private final Path suspects;
    private long lastedNanos;
    private Health.@Nullable Memory begun;
    private Health.@Nullable Memory ended;

    FuzzRun(FuzzSettings settings, Path suspects) {
        this.settings = settings;
        this.suspects = suspects;
        this.doors = doors(gateway);
    }

    private List<Door> doors(RunningGateway to) {
        int port = to.port();
        int redis = to.redis().url().getPort();
        Witness.Place published = witness.place("published");
        Witness.Place appended = witness.place("appended");
        Witness.Place posted = witness.place("posted");
        return List.of(
                new Door("messages", 20, 50, () -> new RedisWay(redis, port), () -> Commands.published(published)),
                new Door("entries", 15, 50, () -> new RedisWay(redis, port), () -> Commands.appended(appended)),
                new Door("stored", 2, 10, () -> new RedisWay(redis, port), Commands::stored),
                new Door("cursors", 15, 20, () -> new RequestWay(port), Requests::cursors),
                new Door("queries", 15, 20, () -> new RequestWay(port), Requests::queries),
                new Door("credentials", 12, 20, () -> new RequestWay(port), Requests::credentials),
                new Door("bodies", 10, 20, () -> new RequestWay(port), () -> Requests.bodies(posted)),
                new Door("settings", 5, 20, SettingsWay::new, Configurations::settings),
                new Door("HTTP 1 bytes", 5, 16, () -> BytesWay.http1(port), Streams::http1),
                new Door("HTTP 2 bytes", 1, 16, () -> BytesWay.http2(port), Streams::http2));
    }

    void run() throws InterruptedException {
        long start = System.nanoTime();
        long end = start + settings.lasting().toNanos();
        CountDownLatch left = new CountDownLatch(doors.size());
        List<Thread> threads = new ArrayList<>();
        for (Door door : doors) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            door.bring(writer, settings.seed(), settings.inputs());
                        } finally {
                            left.countDown();
                        }
                    },
                    "fuzz-" + door.label());
            threads.add(thread);
            thread.start();
        }
        while (!left.await(200, TimeUnit.MILLISECONDS) && System.nanoTime() < end) {
            if (begun == null && System.nanoTime() - start > WARM_UP.toNanos()) {
                begun = Health.Memory.now();
                health.watchLoops();
            }
            look();
        }
        doors.forEach(Door::end);
        for (Thread thread : threads) {
            thread.join(PATIENCE.toMillis());
            if (thread.isAlive()) {
                faults.add(thread.getName() + " did not end");
            }
        }
        lastedNanos = System.nanoTime() - start;
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> witness.complete() || !witness.faults().isEmpty());
        look();
        Health.Memory before = begun;
        Health.Memory after = Health.Memory.now();
        ended = after;
        String grown = before == null ? null : after.grownSince(before);
        if (grown != null) {
            faults.add(grown);
        }
    }

    private void look() {
        witness.look();
        List<String> found = health.faults();
        if (!found.isEmpty()) {
            faults.addAll(found);
            keepSuspects();
        }
    }

    /** Nobody knows which input it was; one of these, most likely. */
    private void keepSuspects() {
        for (Door door : doors) {
            Path folder = suspects.resolve(faults.size() + "-" + door.label().replace(' ', '-'));
            try {
                Files.createDirectories(folder);
                int number = 0;
                for (byte[] input : door.latest()) {
                    Files.write(folder.resolve(Integer.toString(number++)), input);
                }
            } catch (IOException failure) {
                faults.add("could not keep " + folder + ": " + failure);
            }
        }
    }

    /** How many inputs were sent. */
    long taken() {
        return doors.stream().mapToLong(Door::taken).sum();
    }

    List<String> faults() {
        List<String> all = new ArrayList<>(faults);
        doors.forEach(door -> all.addAll(door.faults()));
        all.addAll(witness.faults());
        return all;
    }

    String report() {
        StringBuilder report = new StringBuilder(String.format(
                Locale.ROOT,
                "Seed %d, %d s; %d processors, JDK %s.%n%n| door | inputs |%n| --- | ---: |%n",
                settings.seed(),
                TimeUnit.NANOSECONDS.toSeconds(lastedNanos),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version()));
        doors.forEach(door -> report.append("| " + door.label() + " | " + door.taken() + " |\n"));
        report.append("| all | " + doors.stream().mapToLong(Door::taken).sum() + " |\n\n");
        report.append("Witness, seen of valid: " + witness.tally() + ". Longest turn of a loop: "
                + health.longestTurn().toMillis() + " ms. Memory after " + WARM_UP.toSeconds() + " s: " + begun
                + "; at the end: " + ended + ".\n");
        return report.toString();
    }

    @Override
    public void close() {
        writer.close();
        health.watchLoopsNoMore();
        witness.close();
        gateway.close();
        health.close();
    }
}
