package dev.hermes.gateway.doctor;

import dev.hermes.gateway.doctor.Finding.Note;
import dev.hermes.gateway.doctor.Finding.Problem;
import dev.hermes.gateway.doctor.Finding.Skipped;
import dev.hermes.gateway.doctor.Finding.Well;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What only the management port knows: the way through Redis, descriptors, and the Redis itself. */
final class ManagementProbe {

    private static final String REDIS_CONF = "redis.conf";
    private static final double SLOW_CANARY_SECONDS = 0.1;
    /** What a gateway needs besides its streams: the jar, Redis, the ports. */
    private static final int OTHER_DESCRIPTORS = 200;

    private static final Duration SKEW = Duration.ofSeconds(5);
    /** The log takes a fifth more than its fields, and may be twice as large while it is trimmed. */
    private static final double LOG_IN_MEMORY = 2.4;

    private final Client management;

    ManagementProbe(Client management) {
        this.management = management;
    }

    /** What is left out without that port. */
    static List<Finding> skipped() {
        return List.of(new Skipped(
                "management",
                "no --management given: the canary through Redis, descriptors, and the version, memory, clock and rights"
                        + " of Redis were not looked at"));
    }

    /** @throws Client.Failure if that is no management port */
    void reach() {
        Client.Answer answer;
        try {
            answer = management.send(management.plain("/health/live"));
        } catch (Client.Failure silent) {
            throw new Client.Failure("--management: " + silent.getMessage());
        }
        JsonObject json = answer.json();
        if (answer.status() != 200 || json == null || !"live".equals(json.getValue("status"))) {
            throw new Client.Failure("--management: " + management.base()
                    + " is no management port: GET /health/live is answered " + answer.status());
        }
    }

    List<Finding> look() {
        List<Finding> found = new ArrayList<>();
        ready(found);
        metrics(found);
        redis(found);
        return found;
    }

    private void ready(List<Finding> found) {
        Client.Answer answer = management.send(management.plain("/health/ready"));
        JsonObject json = answer.json();
        if (answer.status() == 200) {
            found.add(new Well("ready", "yes"));
        } else {
            found.add(new Problem(
                    "ready",
                    "no: "
                            + management.quoted(
                                    json == null
                                            ? answer.body()
                                            : json.getJsonArray("problems").encode()),
                    "events do not flow, and a load balancer sends nobody here",
                    Remedy.GATEWAY,
                    "HERMES_REDIS_URL=<a Redis that answers>, if the problem is redis"));
        }
    }

    private void metrics(List<Finding> found) {
        String text = management.send(management.plain("/metrics")).body();
        OptionalDouble up = value(text, "hermes_redis_up");
        double canary = value(text, "hermes_redis_canary_seconds").orElse(0);
        String took = Math.round(canary * 1e6) / 1e3 + " ms";
        if (up.orElse(0) == 1) {
            found.add(
                    canary < SLOW_CANARY_SECONDS
                            ? new Well("canary", "what the gateway publishes through Redis comes back after " + took)
                            : new Problem(
                                    "canary",
                                    "what the gateway publishes through Redis comes back only after " + took,
                                    "every event comes later by that",
                                    REDIS_CONF,
                                    "slowlog-log-slower-than 10000 shows which commands hold it up"));
        }
        double files = value(text, "process_files_max_files").orElse(Double.MAX_VALUE);
        double open = value(text, "process_files_open_files").orElse(0);
        double streams = value(text, "hermes_streams_limit").orElse(0);
        long needed = (long) streams + OTHER_DESCRIPTORS;
        String what = String.format("%.0f of %.0f are open, and %.0f streams are allowed", open, files, streams);
        found.add(
                files >= needed && open < files * 0.9
                        ? new Well("descriptors", what)
                        : new Problem(
                                "descriptors",
                                what + ", which need " + needed,
                                "connections are closed as soon as they are accepted when no descriptor is left",
                                "systemd",
                                "LimitNOFILE=" + 2 * needed + " in the unit (in a shell: ulimit -n " + 2 * needed
                                        + ")"));
    }

    private static OptionalDouble value(String metrics, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + " ([0-9.Ee+-]+)$").matcher(metrics);
        return line.find() ? OptionalDouble.of(Double.parseDouble(line.group(1))) : OptionalDouble.empty();
    }

    private void redis(List<Finding> found) {
        Client.Answer answer = management.send(management.keyed("/redis"));
        JsonObject redis = answer.json();
        if (answer.status() != 200 || redis == null) {
            found.add(new Skipped("Redis", "GET /redis of the management port is answered " + answer.status()));
            return;
        }
        if (!redis.getBoolean("configured", false)) {
            found.add(new Note("Redis", "none: HERMES_REDIS_URL=none"));
            return;
        }
        if (!redis.getBoolean("available", false)) {
            found.add(new Skipped("Redis", "it does not answer the gateway, see ready"));
            return;
        }
        missing(found, redis.getJsonArray("missing_rights", new JsonArray()));
        if (redis.getString("version") == null) {
            found.add(new Note("Redis version", "not known: the gateway's account lacks +info"));
            found.add(new Note("Redis memory", "not known: the gateway's account lacks +info"));
        } else {
            version(found, redis);
            memory(found, redis);
        }
        if (redis.getValue("clock_ahead_ms") instanceof Number ahead) {
            found.add(AddressProbe.skew(
                    "Redis clock",
                    "measured at the gateway, the clock of Redis",
                    Duration.ofMillis(ahead.longValue()),
                    SKEW));
        }
    }

    private static void missing(List<Finding> found, JsonArray rights) {
        if (rights.isEmpty()) {
            found.add(new Well("Redis rights", "all that the gateway needs"));
        }
        for (Object right : rights) {
            found.add(new Problem(
                    "Redis rights",
                    "the gateway's account lacks " + right,
                    "what needs it fails when it comes to it, maybe long after the start",
                    "redis-cli",
                    "ACL SETUSER <its account> " + right));
        }
    }

    private static void version(List<Finding> found, JsonObject redis) {
        String version = redis.getString("product", "Redis") + " " + redis.getString("version");
        found.add(
                redis.getBoolean("supported", true)
                        ? new Well("Redis version", version)
                        : new Problem(
                                "Redis version",
                                version + " is too old",
                                "the gateway does not use it: it needs Redis 6.2 or Valkey 7.2",
                                "shell",
                                "apt-get install redis-server, from a release that has 6.2 or newer"));
    }

    static void memory(List<Finding> found, JsonObject redis) {
        long most = redis.getLong("maxmemory", 0L);
        long used = redis.getLong("used_memory", 0L);
        String policy = redis.getString("maxmemory_policy", "unknown");
        if (most == 0) {
            found.add(new Well("Redis memory", "no maxmemory, so that nothing is evicted"));
            return;
        }
        boolean durable = "redis".equals(redis.getString("history"));
        long log = durable ? (long) (redis.getLong("history_max_bytes", 0L) * LOG_IN_MEMORY) : 0;
        String limits = "maxmemory " + most + ", " + used + " used, policy " + policy;
        if (!policy.equals("noeviction")) {
            found.add(new Problem(
                    "Redis eviction",
                    limits,
                    policy.startsWith("volatile")
                            ? "when memory is short Redis removes tokens and snapshots, and a stream whose token is gone is ended"
                            : "when memory is short Redis removes the log, tokens or snapshots, and every page is told log_lost",
                    REDIS_CONF,
                    "maxmemory-policy noeviction"));
        }
        found.add(
                most - Math.min(used, most / 2) >= log && most >= log
                        ? new Well("Redis memory", limits + ", enough for a log of up to " + log + " bytes")
                        : new Problem(
                                "Redis memory",
                                limits + ", but the log may take " + log + " bytes",
                                "when memory is used up Redis takes no writes, and no event flows",
                                REDIS_CONF,
                                "maxmemory " + (log + Math.max(used, log))));
    }
}
