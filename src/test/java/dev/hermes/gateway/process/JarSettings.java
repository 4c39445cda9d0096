package dev.hermes.gateway.process;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.RunningGateway;
import java.util.HashMap;
import java.util.Map;

/** Settings with which the jar starts, serves streams and keeps its log in Redis. */
final class JarSettings {

    static final String CREDENTIAL = "Authorization: Bearer " + RunningGateway.API_KEY;

    private JarSettings() {}

    /** {@code with(redis, "HERMES_DRAIN_TIMEOUT", 5)}: further ones by name and value in turns. */
    static Map<String, String> with(EmbeddedRedis redis, Object... namesAndValues) {
        return with(redis.url().toString(), namesAndValues);
    }

    /** The same with a Redis of another kind. */
    static Map<String, String> with(String redis, Object... namesAndValues) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "HERMES_SECRET_KEY",
                RunningGateway.SECRET_KEY,
                "HERMES_API_KEYS",
                RunningGateway.API_KEY,
                "HERMES_ENABLE_SSE",
                "true",
                "HERMES_REDIS_URL",
                redis,
                "HERMES_SSE_HISTORY",
                "redis"));
        for (int at = 0; at < namesAndValues.length; at += 2) {
            settings.put(namesAndValues[at].toString(), namesAndValues[at + 1].toString());
        }
        return settings;
    }
}
