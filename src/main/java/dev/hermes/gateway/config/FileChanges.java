package dev.hermes.gateway.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what a changed {@code gateway.properties} means: the flag takes effect, everything else is only spoken of.
 * Lives on the context that watches. Values never reach the log unless they are refused, and then as safe to show.
 */
final class FileChanges {

    private static final Logger LOG = LoggerFactory.getLogger(FileChanges.class);
    private static final Setting FLAG = Setting.HERMES_ENABLE_SSE;

    private final Path file;
    private final Set<String> overridden;
    private final Consumer<Boolean> flag;
    private Map<Setting, String> last = Map.of();
    private boolean toldOfOverride;

    /** {@code flag} is told the state that the file asks for, also when it is the same again. */
    FileChanges(Path file, Set<String> overridden, Consumer<Boolean> flag) {
        this.file = file;
        this.overridden = overridden;
        this.flag = flag;
    }

    /** The file as it is when watching begins; null while it is not there. */
    void begin(@Nullable String text) {
        if (text == null) {
            return;
        }
        SettingsException.Problems findings = new SettingsException.Problems();
        last = SettingSources.PropertiesText.parse(text, findings);
        if (findings.problems().isEmpty()) {
            applyFlag(last.get(FLAG), false);
        }
    }

    /** The file after a change; null while it is not there. */
    void accept(@Nullable String text) {
        if (text == null) {
            LOG.warn("settings file is gone, all stays as it is file={}", file);
            return;
        }
        SettingsException.Problems findings = new SettingsException.Problems();
        Map<Setting, String> now = SettingSources.PropertiesText.parse(text, findings);
        if (!findings.problems().isEmpty()) {
            findings.problems().forEach(this::invalid);
            return;
        }
        Map<Setting, String> before = last;
        last = new EnumMap<>(Setting.class);
        last.putAll(now);
        Set<String> changed = changed(before, now);
        applyFlag(now.get(FLAG), changed.remove(FLAG.name()));
        changed.removeAll(overridden);
        if (!changed.isEmpty()) {
            LOG.warn("changed settings need a restart settings={} file={}", String.join(",", changed), file);
        }
    }

    private void applyFlag(@Nullable String written, boolean changed) {
        if (overridden.contains(FLAG.name())) {
            if (changed && !toldOfOverride) {
                toldOfOverride = true;
                LOG.warn("setting={} is decided by the environment, the change has no effect file={}", FLAG, file);
            }
            return;
        }
        Boolean state = ValueParsers.flag(written == null ? Objects.requireNonNull(FLAG.defaultValue) : written);
        if (state == null) {
            invalid(new SettingsException.Problem(FLAG.name(), String.valueOf(written), FLAG.allowed));
            return;
        }
        flag.accept(state);
    }

    private void invalid(SettingsException.Problem problem) {
        LOG.error(
                "settings file cannot be used, all stays as it is setting={} value=\"{}\" allowed=\"{}\" file={}",
                problem.name(),
                problem.value(),
                problem.allowed(),
                file);
    }

    private static Set<String> changed(Map<Setting, String> before, Map<Setting, String> now) {
        Set<Setting> names = EnumSet.allOf(Setting.class);
        return names.stream()
                .filter(name -> !Objects.equals(before.get(name), now.get(name)))
                .map(Setting::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * {@code gateway.properties} behind a {@link ConfigRetriever}. It is taken as raw text: the retriever's own reader of
     * properties assumes Latin-1, turns values into numbers and keeps the last of two equal names.
     */
    static final class Store {

        private static final String KEY = "text";

        private Store() {}

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
                            .setConfig(new JsonObject()
                                    .put("path", file.toString())
                                    .put("raw.key", KEY)));
        }

        static @Nullable String text(JsonObject retrieved) {
            return retrieved.getString(KEY);
        }
    }
}
