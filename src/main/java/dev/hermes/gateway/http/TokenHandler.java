package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.auth.Scopes;
import dev.hermes.gateway.auth.TokenStore;
import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Settings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Issues and revokes SSE tokens. */
final class TokenHandler {

    private static final int MIN_TTL_SECONDS = 60;
    private static final int MAX_TTL_SECONDS = 3_600;
    private static final int DEFAULT_TTL_SECONDS = 600;

    private static final Pattern DIGITS = Pattern.compile("[+-]?[0-9]{1,18}");

    private final TokenStore tokens;
    private final Catalogue catalogue;
    private final RequestCounts counts;

    TokenHandler(TokenStore tokens, Catalogue catalogue, RequestCounts counts) {
        this.tokens = tokens;
        this.catalogue = catalogue;
        this.counts = counts;
    }

    /** Answers {@code POST /token}, after the credential was checked and the body was read. */
    void mint(RoutingContext context, Credential credential) {
        JsonObject body = JsonBody.object(context);
        String scope = JsonBody.requireText(body, "scope");
        int ttl = ttl(body);
        if (!Scopes.valid(scope, catalogue)) {
            throw Problem.badRequest(scopeRule()).asException();
        }
        tokens.mint(scope, credential.userId(), Duration.ofSeconds(ttl))
                .onSuccess(minted -> {
                    counts.tokenMinted();
                    answer(context, minted);
                })
                .onFailure(failure -> Answers.problem(context, Problem.of(Problem.Unavailable.BACKEND_UNAVAILABLE)));
    }

    /** Answers {@code DELETE /token}, in the same way for an unknown token and for a token of another user. */
    void revoke(RoutingContext context, Credential credential) {
        String token = JsonBody.requireText(JsonBody.object(context), "token");
        // The user of a key issued by Hermes may be unknown; such a key revokes nothing.
        String onlyUser =
                credential instanceof Credential.ApiKey ? null : Objects.requireNonNullElse(credential.userId(), "");
        tokens.revoke(new Settings.Secret(token), onlyUser)
                .onSuccess(revoked -> {
                    if (revoked) {
                        counts.tokenRevoked();
                    }
                    context.response().setStatusCode(204).end();
                })
                .onFailure(failure -> Answers.problem(context, Problem.of(Problem.Unavailable.BACKEND_UNAVAILABLE)));
    }

    private static int ttl(JsonObject body) {
        Object value = body.getValue("ttl");
        if (value == null && !body.containsKey("ttl")) {
            return DEFAULT_TTL_SECONDS;
        }
        long seconds = seconds(value);
        if (seconds < MIN_TTL_SECONDS) {
            throw invalid("ttl", "Input should be greater than or equal to " + MIN_TTL_SECONDS, "greater_than_equal");
        }
        if (seconds > MAX_TTL_SECONDS) {
            throw invalid("ttl", "Input should be less than or equal to " + MAX_TTL_SECONDS, "less_than_equal");
        }
        return (int) seconds;
    }

    /** A number, or a text with its digits, since Hermes accepts both. */
    private static long seconds(@Nullable Object value) {
        if (value instanceof String text) {
            String digits = text.strip();
            if (!DIGITS.matcher(digits).matches()) {
                throw invalid(
                        "ttl", "Input should be a valid integer, unable to parse string as an integer", "int_parsing");
            }
            return Long.parseLong(digits);
        }
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw invalid("ttl", "Input should be a valid integer", "int_type");
    }

    private static Problem.Thrown invalid(String field, String message, String type) {
        return Problem.invalidBody(new JsonArray().add("body").add(field), message, type)
                .asException();
    }

    private String scopeRule() {
        Set<String> scopes = new LinkedHashSet<>();
        catalogue.channels().values().forEach(channel -> scopes.add("'" + channel.scope() + "'"));
        List<String> words = List.copyOf(scopes);
        if (words.size() == 1) {
            return "Invalid scope format. Must be " + words.get(0);
        }
        return "Invalid scope format. Must be " + String.join(", ", words.subList(0, words.size() - 1)) + ", or "
                + words.get(words.size() - 1);
    }

    private static void answer(RoutingContext context, TokenStore.IssuedToken minted) {
        context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        String expires = minted.expiresAtText();
        Answers.json(
                context,
                200,
                new JsonObject()
                        .put("token", minted.token().reveal())
                        .put("scope", minted.scope())
                        .put("permissions", new JsonArray(minted.permissions()))
                        .put("ttl", minted.ttl().toSeconds())
                        .put("expires_at", expires)
                        .put("expiresAt", expires));
    }

    /** Reads small JSON bodies; invalid ones are rejected in FastAPI's format. */
    static final class JsonBody {

        private JsonBody() {}

        static JsonObject object(RoutingContext context) {
            Buffer body = context.body().buffer();
            if (body == null || body.length() == 0) {
                throw invalid(new JsonArray().add("body"), "Field required", "missing");
            }
            Object value;
            try {
                value = Json.decodeValue(body);
            } catch (DecodeException notJson) {
                throw invalid(new JsonArray().add("body"), "JSON decode error", "json_invalid");
            }
            if (value instanceof JsonObject object) {
                return object;
            }
            throw invalid(new JsonArray().add("body"), "Input should be a valid object", "model_attributes_type");
        }

        static String requireText(JsonObject body, String field) {
            JsonArray location = new JsonArray().add("body").add(field);
            if (!body.containsKey(field)) {
                throw invalid(location, "Field required", "missing");
            }
            if (body.getValue(field) instanceof String text) {
                return text;
            }
            throw invalid(location, "Input should be a valid string", "string_type");
        }

        private static Problem.Thrown invalid(JsonArray location, String message, String type) {
            return Problem.invalidBody(location, message, type).asException();
        }
    }
}
