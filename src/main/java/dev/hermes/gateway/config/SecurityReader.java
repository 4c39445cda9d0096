package dev.hermes.gateway.config;

import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the settings of credentials and trusted proxies. */
final class SecurityReader {

    /** RFC 7518 §3.2: the key must be at least as long as the hash, in bytes. */
    private static final Map<String, Integer> KEY_BYTES = Map.of("HS256", 32, "HS384", 48, "HS512", 64);

    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]+");
    private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1");

    private final SettingValues values;
    private final boolean secretKeyRequired;

    SecurityReader(SettingValues values, boolean secretKeyRequired) {
        this.values = values;
        this.secretKeyRequired = secretKeyRequired;
    }

    Settings.Security read() {
        String algorithm = values.read(
                Setting.HERMES_ALGORITHM, text -> KEY_BYTES.containsKey(text.strip()) ? text.strip() : null);
        List<Settings.Secret> apiKeys = values.readIfWritten(Setting.HERMES_API_KEYS, SecurityReader::apiKeys);
        return new Settings.Security(
                secretKey(algorithm),
                algorithm,
                apiKeys == null ? List.of() : apiKeys,
                values.read(Setting.HERMES_RATE_LIMIT_PER_MINUTE, text -> ValueParsers.count(text, 1)),
                values.read(Setting.HERMES_TRUSTED_PROXIES, SecurityReader::trustedProxies),
                values.readIfWritten(Setting.HERMES_IDENTITY_URL, SecurityReader::identityUrl));
    }

    private Settings.@Nullable Secret secretKey(String algorithm) {
        String key = values.written(Setting.HERMES_SECRET_KEY);
        if (key == null) {
            if (secretKeyRequired) {
                values.invalid(Setting.HERMES_SECRET_KEY);
            }
            return null;
        }
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        int least = KEY_BYTES.getOrDefault(algorithm, 0);
        if (bytes < least) {
            values.findings()
                    .warn("setting=HERMES_SECRET_KEY reason=\"short key\" bytes=" + bytes + " advised=" + least);
        }
        return new Settings.Secret(key);
    }

    private static @Nullable List<Settings.Secret> apiKeys(String text) {
        List<String> keys = ValueParsers.list(text);
        return keys != null
                        && keys.stream()
                                .allMatch(key -> VISIBLE_ASCII.matcher(key).matches())
                ? keys.stream().distinct().map(Settings.Secret::new).toList()
                : null;
    }

    private static @Nullable URI identityUrl(String text) {
        try {
            URI url = new URI(text.strip());
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!http || url.getRawFragment() != null) {
                return null;
            }
            // URL accepts hosts with an underscore, which services of Docker Compose may have, and URI does not.
            URL parts = url.toURL();
            boolean port = parts.getPort() != 0 && parts.getPort() <= HIGHEST_PORT;
            return port && !parts.getHost().isEmpty() && parts.getUserInfo() == null ? url : null;
        } catch (URISyntaxException | MalformedURLException malformed) {
            return null;
        }
    }

    private static @Nullable List<AddressBlock> trustedProxies(String text) {
        List<String> items = text.strip().equalsIgnoreCase("none") ? List.of() : ValueParsers.list(text);
        if (items == null) {
            return null;
        }
        try {
            return items.stream()
                    .flatMap(item -> item.equalsIgnoreCase("loopback") ? LOOPBACK.stream() : List.of(item).stream())
                    .map(AddressBlock::parse)
                    .toList();
        } catch (IllegalArgumentException neitherAddressNorBlock) {
            return null;
        }
    }
}
