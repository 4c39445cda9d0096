package dev.hermes.gateway.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity of what Redis holds: a random word in the hash {@code {hermes:events}:ingest}, made together with it. As
 * long as it stays the same, nobody has flushed, emptied or exchanged this Redis. A {@link RedisLink} makes it before it
 * reports Redis up, and anew within a second when it is gone.
 */
public final class LogIdentity {

    /** The hash of the log's state; in a Cluster in the same slot as the stream {@code hermes:events}. */
    public static final String KEY = "{hermes:events}:ingest";

    static final String FIELD = "identity";
    static final String VERSION_FIELD = "version";
    static final String VERSION = "1";

    private static final int RANDOM_BYTES = 16;

    private LogIdentity() {}

    /** The identity as it is now; null if it has just been lost. Fails as {@link RedisCommands#send} does. */
    public static Future<@Nullable String> read(RedisCommands commands) {
        return commands.send(get()).map(LogIdentity::text);
    }

    static Request get() {
        return Request.cmd(Command.HGET).arg(KEY).arg(FIELD);
    }

    /** Makes the hash where it is missing, touches nothing where it is there, and asks last what the identity is. */
    static List<Request> ensure(SecureRandom random) {
        byte[] word = new byte[RANDOM_BYTES];
        random.nextBytes(word);
        return List.of(
                Request.cmd(Command.HSETNX)
                        .arg(KEY)
                        .arg(FIELD)
                        .arg(HexFormat.of().formatHex(word)),
                Request.cmd(Command.HSETNX).arg(KEY).arg(VERSION_FIELD).arg(VERSION),
                get());
    }

    static @Nullable String text(@Nullable Response response) {
        return response == null ? null : response.toString();
    }
}
