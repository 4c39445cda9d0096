package dev.hermes.gateway.chaos;

import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.awaitility.core.ConditionTimeoutException;

/** Breaks things. Faults of different places may be made by different threads. */
final class Breaker {

    private static final String LOG = "hermes:events";
    private static final String STATE = "{hermes:events}:ingest";
    private static final String ANY_ID = "1-0";
    private static final String HIGHEST_ID = "18446744073709551615-18446744073709551615";
    private static final String ASIDE = "{hermes:events}:aside";

    /** Puts the copy in the log's place; answers the ids of the entries that are gone by it. */
    private static final String TAKE_BACK = """
            local copied = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
            if not copied then
              return ''
            end
            local gone = {}
            for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '(' .. copied[1], '+')) do
              gone[#gone + 1] = entry[1]
            end
            redis.call('RENAME', KEYS[1], KEYS[2])
            return table.concat(gone, ' ')
            """;

    private static final String OLDEST = """
            local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
            return oldest and oldest[1] or ''
            """;

    /** The time for a head, what a sweep takes, and the time in which another fault may keep the gateway from it. */
    private static final int HEAD_MILLIS = 30_000;

    /** Less than half of the history, so that nobody who was away shortly misses anything. */
    private static final int LARGE_PUBLICATIONS = 4;

    private static final int EVENTS_A_PUBLICATION = 1_000;
    private static final Set<Integer> ANSWERS = Set.of(0, 202, 503);

    private static final int REVOKED = 8;

    private static final String HERE = "127.0.0.1";
    private static final String ELSEWHERE = "127.0.0.2";

    /** A heartbeat, and what another fault, or the client's own wait, may hold it up. */
    private static final Duration REVOKED_WITHIN = Duration.ofSeconds(30);

    private final Deployment deployment;
    private final List<EventSourceClient> clients;
    private final Random random;
    private final Lapse lapse;
    private final Consumer<String> breaches;
    private final Set<Position> takenBack = ConcurrentHashMap.newKeySet();

    /**
     * @param breaches hears of what a gateway should not do even so
     */
    Breaker(
            Deployment deployment,
            List<EventSourceClient> clients,
            Random random,
            Lapse lapse,
            Consumer<String> breaches) {
        this.deployment = deployment;
        this.clients = clients;
        this.random = random;
        this.lapse = lapse;
        this.breaches = breaches;
    }

    /**
     * Makes this fault; returns when everything runs again.
     *
     * @param over called once, when nothing is broken any more: if a gateway is gone then, the others are there
     */
    void make(Fault fault, Runnable over) {
        List<Deployment.Site> all = deployment.sites();
        List<Deployment.Site> hit = fault.everywhere() ? all : List.of(all.get(fault.gateway()));
        GatewayProcess gateway = all.get(fault.gateway()).gateway();
        Duration lasting = fault.lasting();
        switch (fault.kind()) {
            case CLIENTS_CUT -> {
                deployment.clients().cut(fault.share(), random);
                over.run();
            }
            case SLOW_READERS -> {
                deployment.clients().hold(fault.share(), random);
                lapse.pass(lasting.multipliedBy(2));
                deployment.clients().release();
                over.run();
            }
            case GATEWAY_KILLED -> {
                gateway.kill();
                over.run();
                lapse.pass(lasting.dividedBy(2));
                gateway.start();
                gateway.awaitReady();
            }
            case GATEWAYS_KILLED -> {
                all.forEach(site -> site.gateway().kill());
                lapse.pass(lasting.dividedBy(2));
                all.forEach(site -> site.gateway().start());
                all.forEach(site -> site.gateway().awaitReady());
                over.run();
            }
            case GATEWAY_RESTARTED -> {
                int status = gateway.terminate();
                if (status != 0) {
                    breaches.accept("a drained gateway ended with status " + status);
                }
                over.run();
                gateway.start();
                gateway.awaitReady();
            }
            case GATEWAY_PAUSED -> {
                gateway.pause();
                lapse.pass(lasting);
                gateway.resume();
                over.run();
            }
            case IDLE_CONNECTIONS -> {
                try (RudeConnections idle = RudeConnections.withoutAStream(gateway.port())) {
                    long open = idle.halfHeadsOpenAfter(HEAD_MILLIS);
                    if (open > 0) {
                        breaches.accept(open + " connections with half a head were left open");
                    }
                }
                over.run();
            }
            case UNREAD_ANSWERS -> {
                RudeConnections unread = RudeConnections.unread(gateway.port(), oldest());
                lapse.pass(lasting);
                unread.close();
                over.run();
            }
            case CLOCK_SET -> {
                Duration ahead = Duration.ofHours(fault.share() < 0.6 ? 5 : -7);
                hit.forEach(site -> site.ownMachine().setAhead(ahead));
                lapse.pass(lasting);
                hit.forEach(site -> requireAhead(site.gateway().port(), ahead));
                hit.forEach(site -> site.ownMachine().setAhead(Duration.ZERO));
                over.run();
            }
            case LARGE_PUBLICATIONS -> {
                publishMuch(gateway.port());
                over.run();
            }
            case LINK_CUT -> {
                hit.forEach(site -> site.toRedis().cut(1, random));
                over.run();
            }
            case LINK_SILENT -> {
                hit.forEach(site -> site.toRedis().silence());
                lapse.pass(lasting);
                hit.forEach(site -> site.toRedis().release());
                over.run();
            }
            case REDIS_MOVED -> {
                hit.forEach(site -> moveRedis(site, ELSEWHERE));
                lapse.pass(lasting);
                hit.forEach(site -> moveRedis(site, HERE));
                over.run();
            }
            default -> inRedis(fault.kind(), lasting, over);
        }
    }

    /** A clock that stood still would prove nothing: asks the gateway how long a token of it lasts. */
    private void requireAhead(int port, Duration ahead) {
        Wire.Answer token = Wire.exchange(
                port, "POST", "/api/v1/events/token", Deployment.API_KEY, "{\"scope\":\"stats\",\"ttl\":60}");
        if (token.status() == 200) {
            Instant end = OffsetDateTime.parse(new JsonObject(token.body()).getString("expires_at"))
                    .toInstant();
            Duration found = Duration.between(Instant.now().plusSeconds(60), end);
            if (found.minus(ahead).abs().compareTo(Duration.ofMinutes(1)) > 0) {
                breaches.accept("a gateway's wall clock is ahead by " + found + ", not " + ahead);
            }
        }
    }

    /** As a failover behind a name does: the old address refuses before the name stands for the new one. */
    private void moveRedis(Deployment.Site site, String address) {
        site.toRedis().moveTo(address);
        site.toRedis().cut(1, random);
        site.ownMachine().moveRedis(address);
    }

    /** The oldest entry of the log, or any id while Redis cannot say. */
    private String oldest() {
        try {
            String id = deployment.ask("EVAL", OLDEST, "1", LOG);
            return id.matches("[0-9]+-[0-9]+") ? id : ANY_ID;
        } catch (UncheckedIOException away) {
            return ANY_ID;
        }
    }

    /** Of events that no client listens to; the gateway may be gone by another fault. */
    private void publishMuch(int port) {
        String event = "{\"channel\":\"storage:updates\",\"type\":\"storage_update\",\"data\":{}}";
        String all = "[" + String.join(",", Collections.nCopies(EVENTS_A_PUBLICATION, event)) + "]";
        for (int publication = 0; publication < LARGE_PUBLICATIONS; publication++) {
            int status = Wire.exchange(port, "POST", "/api/v1/events/publish", Deployment.API_KEY, all)
                    .status();
            if (!ANSWERS.contains(status)) {
                breaches.accept("a publication of " + EVENTS_A_PUBLICATION + " events was answered " + status);
            }
        }
    }

    /** Whoever has one must not go on by it, although the log is not the one any more that it was issued under. */
    private void revokeTokens() {
        List<EventSourceClient> some = new ArrayList<>(clients);
        Collections.shuffle(some, random);
        Map<EventSourceClient, String> revoked = new HashMap<>();
        for (EventSourceClient client : some.subList(0, REVOKED)) {
            String lost = client.loseToken();
            if (lost != null) {
                revoked.put(client, lost);
            }
        }
        try {
            await().atMost(REVOKED_WITHIN).until(() -> {
                revoked.entrySet().removeIf(one -> !one.getKey().has(one.getValue()));
                return revoked.isEmpty();
            });
        } catch (ConditionTimeoutException late) {
            revoked.keySet()
                    .forEach(client -> breaches.accept(client.journal().client() + ": went on by a revoked token"));
        }
    }

    /** The entries that stood in the log and went with it, when its older copy took its place. Any thread. */
    Set<Position> takenBack() {
        return Set.copyOf(takenBack);
    }

    private void inRedis(FaultKind kind, Duration lasting, Runnable over) {
        switch (kind) {
            case PUBSUB_KILLED -> deployment.ask("CLIENT", "KILL", "TYPE", "pubsub");
            case NORMAL_KILLED -> deployment.ask("CLIENT", "KILL", "TYPE", "normal");
            case FLUSHED -> deployment.ask("FLUSHALL");
            case STATE_AWAY -> {
                deployment.ask("RENAME", STATE, ASIDE);
                lapse.pass(lasting.dividedBy(8));
                deployment.ask("RENAME", ASIDE, STATE);
            }
            case LOG_TAKEN_BACK -> {
                deployment.ask("COPY", LOG, ASIDE, "REPLACE");
                lapse.pass(lasting.dividedBy(8));
                Arrays.stream(deployment.ask("EVAL", TAKE_BACK, "2", ASIDE, LOG).split(" "))
                        .filter(id -> !id.isEmpty())
                        .map(Position::parse)
                        .forEach(takenBack::add);
            }
            case HIGHEST_ID -> {
                deployment.ask("XADD", LOG, HIGHEST_ID, "no", "event");
                lapse.pass(lasting.dividedBy(8));
                deployment.ask("DEL", LOG);
            }
            case TOKENS_REVOKED -> {
                deployment.ask("DEL", STATE);
                revokeTokens();
            }
            case SCRIPTS_FLUSHED -> deployment.ask("SCRIPT", "FLUSH");
            case REDIS_PAUSED -> {
                deployment.redis().pause();
                lapse.pass(lasting);
                deployment.redis().resume();
            }
            case REDIS_RESTARTED, REDIS_EMPTIED -> {
                deployment.redis().stop();
                lapse.pass(lasting.dividedBy(2));
                if (kind == FaultKind.REDIS_EMPTIED) {
                    deployment.emptyRedis();
                }
                deployment.redis().restart();
            }
            case OUT_OF_MEMORY -> {
                deployment.ask("CONFIG", "SET", "maxmemory", "1");
                lapse.pass(lasting);
                deployment.ask("CONFIG", "SET", "maxmemory", "0");
            }
            default -> throw new AssertionError(kind);
        }
        over.run();
    }
}
