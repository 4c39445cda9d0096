package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.redis.RedisCommands;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges what a request presented. In this order: what needs no Redis (absence, form, signature, {@code exp}), then
 * whether Redis is there at all, then the token, or what Hermes says where it is asked. One for the process, any event loop;
 * the answer comes on the caller's.
 */
public final class Authenticator {

    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

    private static final String BAD_FORM = "Invalid SSE token format";
    private static final String UNKNOWN_TOKEN = "Invalid or expired SSE token";
    private static final String EXPIRED_TOKEN = "SSE token expired";
    private static final String BAD_CREDENTIALS = "Invalid or expired credentials";
    private static final String API_KEY_REQUIRED = "API key required";
    private static final String BEARER = "bearer ";

    private static final int MOST_UNSIGNED = 32;

    /**
     * What a key can be (RFC 6750 §2.1): a server before Hermes may find fault with the request for anything else, or for a
     * longer one, and a few such answers would be taken for an outage by all others.
     */
    private static final Pattern HERMES_KEY = Pattern.compile("[A-Za-z0-9._~+/-]{1,1024}={0,2}");

    private final ApiKeys apiKeys;
    private final JwtVerifier jwts;
    private final TokenStore tokens;
    private final @Nullable IdentityEndpoint identity;

    /** Questions under way about texts that may be keys of Hermes. */
    private final AtomicInteger unsigned = new AtomicInteger();

    /** @param identity who is asked before a credential of Hermes' is accepted, or null for nobody */
    public Authenticator(
            Vertx vertx,
            Settings.Security settings,
            TokenStore tokens,
            InstantSource clock,
            @Nullable IdentityEndpoint identity) {
        this.apiKeys = new ApiKeys(settings.apiKeys());
        this.jwts = new JwtVerifier(vertx, settings, clock);
        this.tokens = tokens;
        this.identity = identity;
    }

    /** Whether that is one of the configured API keys; takes as long whether it is or not. Any thread. */
    public boolean isApiKey(String presented) {
        return apiKeys.contains(presented);
    }

    /** Never fails: a store that does not answer is {@link AuthResult.Unavailable}. */
    public Future<AuthResult> authenticate(AuthResult.PresentedCredentials presented, AuthResult.Endpoint door) {
        String queryToken = presented.queryToken();
        if (queryToken != null && !StoredToken.TokenFormat.wellFormed(queryToken)) {
            return done(new AuthResult.Denied(BAD_FORM));
        }
        String bearer = bearer(presented.authorization());
        if (bearer != null) {
            return bearer.startsWith(StoredToken.TokenFormat.PREFIX) ? bearerToken(bearer, door) : judge(bearer, door);
        }
        return queryToken != null && door == AuthResult.Endpoint.EVENTS
                ? lookUp(queryToken)
                : done(new AuthResult.Missing(door.missing()));
    }

    /** What follows the scheme, which is compared case-insensitively (RFC 9110 §11.1); null for none or another. */
    private static @Nullable String bearer(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        String value = authorization.substring(BEARER.length()).strip();
        return value.isEmpty() ? null : value;
    }

    private Future<AuthResult> bearerToken(String bearer, AuthResult.Endpoint door) {
        if (door != AuthResult.Endpoint.EVENTS) {
            return done(new AuthResult.Denied(BAD_CREDENTIALS));
        }
        return StoredToken.TokenFormat.wellFormed(bearer) ? lookUp(bearer) : done(new AuthResult.Denied(BAD_FORM));
    }

    private Future<AuthResult> judge(String bearer, AuthResult.Endpoint door) {
        if (apiKeys.contains(bearer)) {
            return done(
                    tokens.available()
                            ? new AuthResult.Granted(new Credential.ApiKey())
                            : new AuthResult.Unavailable());
        }
        Credential.Jwt jwt = jwts.verify(bearer);
        if (jwt == null && !mayBeHermesKey(bearer, door)) {
            return done(new AuthResult.Denied(BAD_CREDENTIALS));
        }
        if (door == AuthResult.Endpoint.PUBLISH) {
            return done(new AuthResult.Forbidden(API_KEY_REQUIRED));
        }
        if (!tokens.available()) {
            return done(new AuthResult.Unavailable());
        }
        if (identity == null) {
            return done(granted(jwt));
        }
        return jwt == null ? unsigned(identity, new Secret(bearer)) : vouched(identity, new Secret(bearer), jwt);
    }

    /** Not for publishing: Hermes gives keys to its users, and what a user may see he may not make up for all others. */
    private boolean mayBeHermesKey(String bearer, AuthResult.Endpoint door) {
        return identity != null
                && door != AuthResult.Endpoint.PUBLISH
                && !JwtVerifier.looksLikeOne(bearer)
                && HERMES_KEY.matcher(bearer).matches();
    }

    private static AuthResult granted(@Nullable Credential credential) {
        return credential == null ? new AuthResult.Denied(BAD_CREDENTIALS) : new AuthResult.Granted(credential);
    }

    /** Anybody can make up such a key: however many come, they are not to stand in the way of those that are signed. */
    private Future<AuthResult> unsigned(IdentityEndpoint identity, Secret bearer) {
        if (identity.knows(bearer)) {
            return vouched(identity, bearer, null);
        }
        if (unsigned.incrementAndGet() > MOST_UNSIGNED) {
            unsigned.decrementAndGet();
            return done(new AuthResult.Unavailable());
        }
        return vouched(identity, bearer, null).onComplete(judged -> unsigned.decrementAndGet());
    }

    private static Future<AuthResult> vouched(IdentityEndpoint identity, Secret bearer, Credential.@Nullable Jwt jwt) {
        return identity.ask(bearer, IdentityEndpoint.LONGEST_KEPT)
                .map(answer -> answer instanceof IdentityEndpoint.Answer.Accepted accepted
                        ? granted(
                                jwt == null
                                        ? new Credential.Vouched(bearer, accepted.userId(), null)
                                        : new Credential.Vouched(bearer, jwt.userId(), jwt.expiresAt()))
                        : granted(null))
                .otherwise(unanswered -> new AuthResult.Unavailable());
    }

    private Future<AuthResult> lookUp(String token) {
        if (!tokens.available()) {
            return done(new AuthResult.Unavailable());
        }
        return tokens.find(new Secret(token)).map(Authenticator::result).otherwise(failure -> {
            // Its message is left out: it may quote what was asked, and so the token.
            if (failure instanceof RedisCommands.UnavailableException) {
                LOG.debug(
                        "token lookup unanswered failure={}", failure.getClass().getSimpleName());
            } else {
                LOG.warn("token lookup failed failure={}", failure.getClass().getName());
            }
            return new AuthResult.Unavailable();
        });
    }

    private static AuthResult result(TokenStore.Lookup lookup) {
        if (lookup instanceof TokenStore.Lookup.Found found) {
            return new AuthResult.Granted(found.token());
        }
        return new AuthResult.Denied(lookup instanceof TokenStore.Lookup.Expired ? EXPIRED_TOKEN : UNKNOWN_TOKEN);
    }

    private static Future<AuthResult> done(AuthResult result) {
        return Future.succeededFuture(result);
    }

    /** The configured API keys, as digests. Thread-safe. */
    static final class ApiKeys {

        private final List<byte[]> digests;

        ApiKeys(List<Secret> keys) {
            this.digests = keys.stream().map(key -> digest(key.reveal())).toList();
        }

        /** Takes as long whichever key it is, or none: digests have one length, and all are compared. */
        boolean contains(String presented) {
            byte[] digest = digest(presented);
            boolean found = false;
            for (byte[] known : digests) {
                found |= MessageDigest.isEqual(known, digest);
            }
            return found;
        }

        /** SHA-256. */
        static byte[] digest(String text) {
            try {
                return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            } catch (NoSuchAlgorithmException everyPlatformHasIt) {
                throw new IllegalStateException(everyPlatformHasIt);
            }
        }
    }
}
