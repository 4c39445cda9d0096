package dev.hermes.gateway.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code gateway.properties} behind a {@link ConfigRetriever}. It is taken as raw text: the retriever's own reader of
 * properties assumes Latin-1, turns values into numbers and keeps the last of two equal names.
 */
final class FileStore {

    private static final String KEY = "text";

    private FileStore() {}

    /** Reads {@code file}, an absolute path: a relative one would also be looked for on the class path. */
    static ConfigRetriever once(Vertx vertx, Path file) {
        return ConfigRetriever.create(vertx, options(file, false).setScanPeriod(0));
    }

    /** Looks at {@code file} again and again; while it is not there {@link #text} is null. */
    static ConfigRetriever watching(Vertx vertx, Path file, long periodMillis) {
        return ConfigRetriever.create(vertx, options(file, true).setScanPeriod(periodMillis));
    }

    private static ConfigRetrieverOptions options(Path file, boolean optional) {
        return new ConfigRetrieverOptions()
                .addStore(new ConfigStoreOptions()
                        .setType("file")
                        .setFormat("raw")
                        .setOptional(optional)
                        .setConfig(new JsonObject().put("path", file.toString()).put("raw.key", KEY)));
    }

    static @Nullable String text(JsonObject retrieved) {
        return retrieved.getString(KEY);
    }
}
