package dev.hermes.gateway.config;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the settings of the two ports. */
final class HttpReader {

    private static final String ANY_ORIGIN = "*";

    /** An origin as browsers write it (RFC 6454 §6.2); no other text could equal an {@code Origin} header. */
    private static final Pattern ORIGIN =
            Pattern.compile("[a-z][a-z0-9+.-]*://([a-z0-9_.-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+");

    private final SettingValues values;

    HttpReader(SettingValues values) {
        this.values = values;
    }

    Settings.Http read() {
        boolean allowCredentials = values.flag(Setting.HERMES_ALLOW_CREDENTIALS);
        Set<String> origins = values.read(Setting.HERMES_ALLOWED_ORIGINS, this::origins);
        if (allowCredentials && origins.contains(ANY_ORIGIN)) {
            values.invalid(Setting.HERMES_ALLOWED_ORIGINS);
        }
        return new Settings.Http(
                values.read(Setting.HERMES_HOST, HttpReader::host),
                values.read(Setting.API_PORT, ValueParsers::port),
                origins,
                allowCredentials,
                tls(),
                new Settings.Http.Sockets(
                        values.read(Setting.HERMES_ACCEPT_BACKLOG, text -> ValueParsers.count(text, 0)),
                        values.read(Setting.HERMES_SEND_BUFFER, text -> ValueParsers.count(text, 0))));
    }

    Settings.Management readManagement(int publicPort) {
        int port = values.read(Setting.HERMES_MANAGEMENT_PORT, ValueParsers::port);
        if (port != 0 && port == publicPort) {
            values.invalid(Setting.HERMES_MANAGEMENT_PORT);
        }
        return new Settings.Management(values.read(Setting.HERMES_MANAGEMENT_HOST, HttpReader::host), port);
    }

    private static @Nullable String host(String text) {
        return HOST.matcher(text.strip()).matches() ? text.strip() : null;
    }

    private Settings.Http.@Nullable Tls tls() {
        Path certificate = values.readIfWritten(Setting.HERMES_TLS_CERTIFICATE, ValueParsers::readableFile);
        Path key = values.readIfWritten(Setting.HERMES_TLS_KEY, ValueParsers::readableFile);
        boolean certificateWritten = values.written(Setting.HERMES_TLS_CERTIFICATE) != null;
        boolean keyWritten = values.written(Setting.HERMES_TLS_KEY) != null;
        if (certificateWritten != keyWritten) {
            values.invalid(certificateWritten ? Setting.HERMES_TLS_KEY : Setting.HERMES_TLS_CERTIFICATE);
        }
        return certificate != null && key != null ? new Settings.Http.Tls(certificate, key) : null;
    }

    private @Nullable Set<String> origins(String text) {
        List<String> items = ValueParsers.list(text);
        if (items == null) {
            return null;
        }
        List<String> origins = items.stream().map(this::withoutSlash).toList();
        boolean any = origins.size() == 1 && origins.contains(ANY_ORIGIN);
        boolean exact = origins.stream().allMatch(item -> ORIGIN.matcher(item).matches());
        return any || exact ? new LinkedHashSet<>(origins) : null;
    }

    /** Removes a final slash: an origin copied from the address bar often has one, and no browser sends it. */
    private String withoutSlash(String item) {
        if (!item.endsWith("/")
                || !ORIGIN.matcher(item.substring(0, item.length() - 1)).matches()) {
            return item;
        }
        values.findings()
                .warn("setting=HERMES_ALLOWED_ORIGINS reason=\"an origin has no path, its trailing slash is left out\""
                        + " value=" + item);
        return item.substring(0, item.length() - 1);
    }
}
