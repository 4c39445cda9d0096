package dev.hermes.gateway.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a server says it is. Redis before 6.2 and Valkey before 7.2 lack what the gateway uses. */
record ServerVersion(String product, String text, int major, int minor) {

    // Valkey names a redis_version too, of the Redis it descends from; its own counts.
    private static final Pattern VALKEY = Pattern.compile("(?m)^valkey_version:((\\d{1,6})\\.(\\d{1,6})\\S*)");
    private static final Pattern REDIS = Pattern.compile("(?m)^redis_version:((\\d{1,6})\\.(\\d{1,6})\\S*)");

    /**
     * Asks. A user that may not ask is let through with nothing: a Redis that is too old will show by its errors.
     *
     * @param odd hears of that
     */
    static Future<Optional<ServerVersion>> ask(RedisConnection connection, Consumer<String> odd) {
        return RedisErrors.send(connection, Request.cmd(Command.INFO).arg("server"))
                .map(info -> info == null ? Optional.<ServerVersion>empty() : parse(info.toString()))
                .recover(failure -> {
                    if (failure instanceof Response error
                            && RedisErrors.code(error).equals("NOPERM")) {
                        odd.accept("the version is not checked, as INFO is not permitted");
                        return Future.succeededFuture(Optional.empty());
                    }
                    return Future.failedFuture(failure);
                });
    }

    /** From the answer to {@code INFO server}; empty if it names no version. */
    static Optional<ServerVersion> parse(String info) {
        return find(VALKEY, "Valkey", info).or(() -> find(REDIS, "Redis", info));
    }

    /** What is wrong with it, for people; null if it will do. */
    @Nullable
    String problem() {
        boolean valkey = product.equals("Valkey");
        int neededMajor = valkey ? 7 : 6;
        boolean enough = major > neededMajor || (major == neededMajor && minor >= 2);
        return enough ? null : product + " " + text + " is too old: Redis 6.2 or Valkey 7.2 or newer is needed";
    }

    @Override
    public String toString() {
        return product + "-" + text;
    }

    private static Optional<ServerVersion> find(Pattern pattern, String product, String info) {
        Matcher found = pattern.matcher(info);
        return found.find()
                ? Optional.of(new ServerVersion(
                        product, found.group(1), Integer.parseInt(found.group(2)), Integer.parseInt(found.group(3))))
                : Optional.empty();
    }
}
