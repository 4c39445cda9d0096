package dev.hermes.gateway.doctor;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.hermes.gateway.doctor.Finding.Note;
import dev.hermes.gateway.doctor.Finding.Problem;
import dev.hermes.gateway.doctor.Finding.Skipped;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command {@code doctor}: one line for each check, and as status 0 for nothing found, 1 for something found, 2 if
 * it could not look. It ends within two minutes, with {@code --thorough} within four, whatever is at the address. The
 * key goes only to the two addresses given, and not where the certificate is not trusted; it is never printed.
 */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Looks at a gateway from here, through whatever stands between, and says what is wrong and what to write"
                    + " against it.",
            "Status 0: all well, 1: something found, 2: could not look. It publishes a few events that no page shows."
        })
public final class DoctorCommand implements Callable<Integer> {

    private static final int WELL = 0;
    private static final int FOUND = 1;
    private static final int COULD_NOT_RUN = 2;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Option(
            names = "--url",
            required = true,
            paramLabel = "URL",
            description = "The address at which browsers reach the gateway.")
    private String url = "";

    @Option(names = "--key", required = true, paramLabel = "KEY", description = "One of the gateway's HERMES_API_KEYS.")
    private String key = "";

    @Option(names = "--origin", paramLabel = "ORIGIN", description = "A page's origin that is to be allowed (CORS).")
    private @Nullable String origin;

    @Option(
            names = "--management",
            paramLabel = "URL",
            description = "The management port; without it Redis and descriptors are left out.")
    private @Nullable String management;

    @Option(names = "--ca", paramLabel = "FILE", description = "A PEM file with an authority to trust besides.")
    private @Nullable Path authority;

    @Option(names = "--thorough", description = "Hold a stream for 70 s.")
    private boolean thorough;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** Written by the thread that looks, read by the one that prints. */
    private final List<Finding> found = new CopyOnWriteArrayList<>();

    /** Looks, prints and returns the status. Blocks. */
    @Override
    public Integer call() {
        // What the libraries log would stand among the findings.
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.OFF);
        }
        String trouble = run(thorough ? LIMIT.multipliedBy(2) : LIMIT);
        boolean problem = found.stream().anyMatch(Problem.class::isInstance);
        int status = trouble.isEmpty() ? problem ? FOUND : WELL : COULD_NOT_RUN;
        print(status, trouble);
        return status;
    }

    /** @return why it could not run, or nothing */
    private String run(Duration limit) {
        CompletableFuture<String> looking = new CompletableFuture<>();
        Thread looks = new Thread(() -> looking.complete(look()), "doctor");
        looks.setDaemon(true);
        looks.start();
        try {
            return looking.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            return "not done within " + limit.toSeconds() + " s: what is at the address answers too slowly";
        } catch (ExecutionException | InterruptedException impossible) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private String look() {
        try {
            probe();
            return "";
        } catch (Client.Failure cannot) {
            return String.valueOf(cannot.getMessage());
        } catch (RuntimeException unexpected) {
            return url + " answers in a way that the doctor does not understand ("
                    + unexpected.getClass().getSimpleName() + ")";
        }
    }

    private void probe() {
        if (!key.matches("[!-~]+")) {
            throw new Client.Failure("--key: an API key is of visible ASCII characters");
        }
        URI address = AddressProbe.parse("--url", url);
        URI managed = management == null ? null : AddressProbe.parse("--management", management);
        String page = origin == null ? null : PageProbe.origin(origin);
        Trust trust = Trust.with(authority);
        Client client = new Client(address, key, trust.context());
        AddressProbe way = new AddressProbe(client, trust);
        found.addAll(way.connection());
        if (!Trust.mayTrust(found)) {
            found.add(new Skipped(
                    "everything else", "the key is not sent over a connection whose certificate is not trusted"));
            return;
        }
        JsonObject health = way.gateway();
        ManagementProbe port = managed == null ? null : new ManagementProbe(new Client(managed, key, trust.context()));
        if (port != null) {
            port.reach();
        }
        way.key();
        AddressProbe.Measured measured = way.measure();
        found.addAll(measured.findings());
        found.addAll(new PageProbe(client, health, page).look());
        if (health.getBoolean("enabled")) {
            found.addAll(new StreamProbe(
                            client,
                            new StreamProbe.Pace(
                                    measured.roundTrip(), health.getInteger("heartbeat_interval"), thorough))
                    .look());
        } else {
            found.add(new Skipped("stream", "none is to be had while the flag is off"));
        }
        found.addAll(port == null ? ManagementProbe.skipped() : port.look());
    }

    private void print(int status, String trouble) {
        if (json) {
            JsonArray all = new JsonArray();
            found.forEach(finding -> all.add(finding.json()));
            JsonObject whole = new JsonObject().put("address", url).put("status", status);
            if (!trouble.isEmpty()) {
                whole.put("error", trouble);
            }
            System.out.println(whole.put("findings", all).encode());
        } else {
            // Where it could not look, the reason is not to drown in what was well.
            found.stream()
                    .filter(finding -> trouble.isEmpty() || finding instanceof Problem)
                    .forEach(finding -> System.out.println(finding.line()));
            if (trouble.isEmpty()) {
                System.out.printf(
                        "%d to repair, %d to know, %d not looked at%n",
                        count(Problem.class), count(Note.class), count(Skipped.class));
            }
        }
        if (!trouble.isEmpty()) {
            System.err.println("hermes-gateway: " + trouble);
        }
    }

    private long count(Class<? extends Finding> kind) {
        return found.stream().filter(kind::isInstance).count();
    }
}
