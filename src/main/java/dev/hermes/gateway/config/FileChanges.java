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
 * Applies changes of {@code gateway.properties}: the flag takes effect, any other change is only logged. Owned by the
 * watching context. Logs no values, except an invalid value of the flag in a form that is safe to show.
 */
final class FileChanges {

    private static final Logger LOG = LoggerFactory.getLogger(FileChanges.class);
    private static final Setting FLAG = Setting.HERMES_ENABLE_SSE;

    private final Path file;
    private final Set<String> overridden;
    private final Consumer<Boolean> flag;
    private final Runnable failed;
    private Map<Setting, String> last = Map.of();
    private boolean toldOfOverride;

    /**
     * @param flag is called with the state that the file asks for, even if it has not changed
     * @param failed is called for each change that cannot be used
     */
    FileChanges(Path file, Set<String> overridden, Consumer<Boolean> flag, Runnable failed) {
        this.file = file;
        this.overridden = overridden;
        this.flag = flag;
        this.failed = failed;
    }

    /** Takes the file's text when watching begins; null if there is no file. */
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

    /** Takes the file's text after a change; null if there is no file. */
    void accept(@Nullable String text) {
        if (text == null) {
            LOG.warn("settings file is gone, all stays as it is file={}", file);
            return;
        }
        SettingsException.Problems findings = new SettingsException.Problems();
        Map<Setting, String> now = SettingSources.PropertiesText.parse(text, findings);
        if (!findings.problems().isEmpty()) {
            failed.run();
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
            failed.run();
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
     * Reads {@code gateway.properties} through a {@link ConfigRetriever}, as raw text: the retriever's own reader of
     * properties assumes Latin-1, converts values to numbers and keeps the last of two equal names.
     */
    static final class Store {

        private static final String KEY = "text";

        private Store() {}

        /** Reads {@code file}, an absolute path; a relative one would also be searched on the class path. */
        static ConfigRetriever once(Vertx vertx, Path file) {
            return ConfigRetriever.create(vertx, options(file, false).setScanPeriod(0));
        }

        /** Reads {@code file} periodically; while there is no file {@link #text} is null. */
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
