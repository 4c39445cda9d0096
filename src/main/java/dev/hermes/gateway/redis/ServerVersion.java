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

/**
 * The product and version that a server reports. Redis before 6.2 and Valkey before 7.2 lack features that the
 * gateway uses.
 */
record ServerVersion(String product, String text, int major, int minor) {

    // Valkey reports a redis_version too, that of its ancestor; its own version counts.
    private static final Pattern VALKEY = Pattern.compile("(?m)^valkey_version:((\\d{1,6})\\.(\\d{1,6})\\S*)");
    private static final Pattern REDIS = Pattern.compile("(?m)^redis_version:((\\d{1,6})\\.(\\d{1,6})\\S*)");

    /**
     * Asks the server. A user without permission to ask gets an empty result and goes on: a server that is too old
     * will show by its errors.
     *
     * @param odd is told of the missing permission
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

    /** Reads the answer to {@code INFO server}; empty if it contains no version. */
    static Optional<ServerVersion> parse(String info) {
        return find(VALKEY, "Valkey", info).or(() -> find(REDIS, "Redis", info));
    }

    /** Why this version cannot be used, for people; null if it can. */
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
