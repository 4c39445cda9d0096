package dev.hermes.gateway.browser;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Properties;

/** Files of npm packages, from the class path: {@code /webjars/<package>/<file>}. */
final class WebJars {

    static final String PREFIX = "/webjars/";

    private WebJars() {}

    static void answer(HttpExchange exchange) throws IOException {
        String[] named =
                exchange.getRequestURI().getPath().substring(PREFIX.length()).split("/", 2);
        try (InputStream found = open(folder(named[0]) + "/" + named[1])) {
            Pages.answer(exchange, "text/javascript", new String(found.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Within its jar. */
    static String folder(String artifact) throws IOException {
        return "/META-INF/resources/webjars/" + artifact + "/" + version(artifact);
    }

    /** Its jar. */
    static URI location(String artifact) {
        String within = "/META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties";
        String url = Objects.requireNonNull(WebJars.class.getResource(within), within)
                .toString();
        return URI.create(url.substring("jar:".length(), url.indexOf('!')));
    }

    private static String version(String artifact) throws IOException {
        Properties properties = new Properties();
        try (InputStream file = open("/META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties")) {
            properties.load(file);
        }
        return Objects.requireNonNull(properties.getProperty("version"), artifact);
    }

    private static InputStream open(String file) {
        return Objects.requireNonNull(WebJars.class.getResourceAsStream(file), file);
    }
}
