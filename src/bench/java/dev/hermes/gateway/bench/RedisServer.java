package dev.hermes.gateway.bench;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RedisWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;

/** The system's Redis where there is one, else the one that the gateway's demo brings. Keeps nothing. */
final class RedisServer implements AutoCloseable {

    private static final Path INSTALLED = Path.of("/usr/bin/redis-server");
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int TOKEN_SECONDS = 3_600;
    private static final DateTimeFormatter PYTHON = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx");

    private final AutoCloseable process;
    private final int port;

    private RedisServer(AutoCloseable process, int port) {
        this.process = process;
        this.port = port;
    }

    static RedisServer start() {
        if (!Files.isExecutable(INSTALLED)) {
            EmbeddedRedis embedded = EmbeddedRedis.start();
            return new RedisServer(embedded, embedded.port());
        }
        int port = EmbeddedRedis.freePort();
        OutsideProcess installed = OutsideProcess.start(new ProcessBuilder(
                INSTALLED.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no"));
        installed.await("eady to accept connections");
        return new RedisServer(installed, port);
    }

    int port() {
        return port;
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    String version() {
        return info("redis_version");
    }

    List<Long> processes() {
        return List.of(Long.parseLong(info("process_id")));
    }

    private String info(String field) {
        try (RedisWire redis = new RedisWire(port, PATIENCE_MILLIS)) {
            return redis.exchange("INFO", "server")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith(field + ":"))
                    .map(line -> line.substring(field.length() + 1).strip())
                    .findFirst()
                    .orElseThrow();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** An SSE token as Hermes itself stores it. */
    String token(String scope) {
        return tokens(1, number -> scope).get(0);
    }

    /** Tokens of one client each. */
    List<String> tokens(int count, IntFunction<String> scope) {
        List<String> tokens = new ArrayList<>(count);
        try (RedisWire redis = new RedisWire(port, PATIENCE_MILLIS)) {
            for (int number = 0; number < count; number++) {
                String token = "sse_" + UUID.randomUUID().toString().replace("-", "") + "abcdefghijk";
                redis.send(
                        "SET",
                        "sse:token:" + token,
                        stored(scope.apply(number)),
                        "EX",
                        Integer.toString(TOKEN_SECONDS));
                tokens.add(token);
            }
            return tokens;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String stored(String scope) {
        Instant now = Instant.now();
        return "{\"scope\": \"" + scope + "\", \"user_id\": \"u-1\", \"expires_at\": \""
                + PYTHON.format(now.plusSeconds(TOKEN_SECONDS).atOffset(ZoneOffset.UTC))
                + "\", \"permissions\": [\"read\"], \"created_at\": \""
                + PYTHON.format(now.atOffset(ZoneOffset.UTC)) + "\"}";
    }

    @Override
    public void close() {
        try {
            process.close();
        } catch (Exception failure) {
            throw new IllegalStateException("Redis does not end", failure);
        }
    }
}
