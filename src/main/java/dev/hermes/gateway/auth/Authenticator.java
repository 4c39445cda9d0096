package dev.hermes.gateway.auth;

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
 * Checks the credentials of a request. In this order: first what needs no Redis (absence, form, signature, {@code
 * exp}), then whether Redis is available at all, then the token, or Hermes' answer if Hermes is to be asked. One
 * instance for the process; callable from any event loop; results arrive on the caller's.
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
     * The form a key of Hermes can have (RFC 6750 §2.1). A server in front of Hermes might reject other or longer
     * texts as bad requests, and a few such answers would be taken for an outage, at the expense of all other
     * clients.
     */
    private static final Pattern HERMES_KEY = Pattern.compile("[A-Za-z0-9._~+/-]{1,1024}={0,2}");

    private final Keys keys;
    private final TokenStore tokens;
    private final @Nullable IdentityEndpoint identity;

    /** The number of unanswered questions about texts that may be keys of Hermes. */
    private final AtomicInteger unsigned = new AtomicInteger();

    /** What credentials are checked against without asking anybody. Any thread. */
    public static final class Keys {

        private final ApiKeys apiKeys;
        private final JwtVerifier jwts;

        /** Takes long where Java's cryptography was not used before: not for an event loop. */
        public Keys(Vertx vertx, Settings.Security settings, InstantSource clock) {
            this.apiKeys = new ApiKeys(settings.apiKeys());
            this.jwts = new JwtVerifier(vertx, settings, clock);
        }
    }

    /** @param identity asked before a credential of Hermes is accepted, or null if Hermes is not to be asked */
    public Authenticator(Keys keys, TokenStore tokens, @Nullable IdentityEndpoint identity) {
        this.keys = keys;
        this.tokens = tokens;
        this.identity = identity;
    }

    /** Whether the text is one of the configured API keys; takes the same time whether it is or not. Any thread. */
    public boolean isApiKey(String presented) {
        return keys.apiKeys.contains(presented);
    }

    /**
     * Checks a request's credentials. Never fails: a store that does not answer gives {@link AuthResult.Unavailable}.
     */
    public Future<AuthResult> authenticate(AuthResult.PresentedCredentials presented, AuthResult.Endpoint endpoint) {
        String queryToken = presented.queryToken();
        if (queryToken != null && !StoredToken.TokenFormat.wellFormed(queryToken)) {
            return done(new AuthResult.Denied(BAD_FORM));
        }
        String bearer = bearer(presented.authorization());
        if (bearer != null) {
            return bearer.startsWith(StoredToken.TokenFormat.PREFIX)
                    ? bearerToken(bearer, endpoint)
                    : verify(bearer, endpoint);
        }
        return queryToken != null && endpoint == AuthResult.Endpoint.EVENTS
                ? lookUp(queryToken)
                : done(new AuthResult.Missing(endpoint.missing()));
    }

    /**
     * The text after the scheme, which is compared case-insensitively (RFC 9110 §11.1); null for no scheme or another
     * one.
     */
    private static @Nullable String bearer(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        String value = authorization.substring(BEARER.length()).strip();
        return value.isEmpty() ? null : value;
    }

    private Future<AuthResult> bearerToken(String bearer, AuthResult.Endpoint endpoint) {
        if (endpoint != AuthResult.Endpoint.EVENTS) {
            return done(new AuthResult.Denied(BAD_CREDENTIALS));
        }
        return StoredToken.TokenFormat.wellFormed(bearer) ? lookUp(bearer) : done(new AuthResult.Denied(BAD_FORM));
    }

    private Future<AuthResult> verify(String bearer, AuthResult.Endpoint endpoint) {
        if (keys.apiKeys.contains(bearer)) {
            return done(
                    tokens.available()
                            ? new AuthResult.Granted(new Credential.ApiKey())
                            : new AuthResult.Unavailable());
        }
        Credential.Jwt jwt = keys.jwts.verify(bearer);
        if (jwt == null && !mayBeHermesKey(bearer, endpoint)) {
            return done(new AuthResult.Denied(BAD_CREDENTIALS));
        }
        if (endpoint == AuthResult.Endpoint.PUBLISH) {
            return done(new AuthResult.Forbidden(API_KEY_REQUIRED));
        }
        if (!tokens.available()) {
            return done(new AuthResult.Unavailable());
        }
        if (identity == null) {
            return done(granted(jwt));
        }
        return jwt == null
                ? unsigned(identity, new Settings.Secret(bearer))
                : vouched(identity, new Settings.Secret(bearer), jwt);
    }

    /**
     * Whether the text may be a key of Hermes. Never for publishing: Hermes gives keys to its users, and a user who
     * may read events must not be able to forge them for everyone else.
     */
    private boolean mayBeHermesKey(String bearer, AuthResult.Endpoint endpoint) {
        return identity != null
                && endpoint != AuthResult.Endpoint.PUBLISH
                && !JwtVerifier.looksLikeOne(bearer)
                && HERMES_KEY.matcher(bearer).matches();
    }

    private static AuthResult granted(@Nullable Credential credential) {
        return credential == null ? new AuthResult.Denied(BAD_CREDENTIALS) : new AuthResult.Granted(credential);
    }

    /**
     * Limits the questions about keys without a signature: anybody can invent such keys, and however many come, they
     * must not delay signed credentials.
     */
    private Future<AuthResult> unsigned(IdentityEndpoint identity, Settings.Secret bearer) {
        if (identity.knows(bearer)) {
            return vouched(identity, bearer, null);
        }
        if (unsigned.incrementAndGet() > MOST_UNSIGNED) {
            unsigned.decrementAndGet();
            return done(new AuthResult.Unavailable());
        }
        return vouched(identity, bearer, null).onComplete(checked -> unsigned.decrementAndGet());
    }

    private static Future<AuthResult> vouched(
            IdentityEndpoint identity, Settings.Secret bearer, Credential.@Nullable Jwt jwt) {
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
        return tokens.find(new Settings.Secret(token))
                .map(Authenticator::result)
                .otherwise(failure -> {
                    // The failure's message is left out: it may quote the command, and so the token.
                    if (failure instanceof RedisCommands.UnavailableException) {
                        LOG.debug(
                                "token lookup unanswered failure={}",
                                failure.getClass().getSimpleName());
                    } else {
                        LOG.warn(
                                "token lookup failed failure={}",
                                failure.getClass().getName());
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

    /** The configured API keys, kept as digests. Thread-safe. */
    static final class ApiKeys {

        private final List<byte[]> digests;

        ApiKeys(List<Settings.Secret> keys) {
            this.digests = keys.stream().map(key -> digest(key.reveal())).toList();
        }

        /**
         * Whether the text is one of the keys. Takes the same time for any text: all digests have one length, and all
         * are compared.
         */
        boolean contains(String presented) {
            byte[] digest = digest(presented);
            boolean found = false;
            for (byte[] known : digests) {
                found |= MessageDigest.isEqual(known, digest);
            }
            return found;
        }

        /** The SHA-256 digest. */
        static byte[] digest(String text) {
            try {
                return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            } catch (NoSuchAlgorithmException everyPlatformHasIt) {
                throw new IllegalStateException(everyPlatformHasIt);
            }
        }
    }
}
