/**
 * Who may open a stream, and to what: turns what a request presented into a {@link dev.hermes.gateway.auth.Credential}
 * or into the reason why not.
 *
 * <p>Its place on the way of a request is between the limits and the subscription: {@code http} hands over a
 * {@link dev.hermes.gateway.auth.AuthResult.PresentedCredentials} and gets an {@link dev.hermes.gateway.auth.AuthResult}; what the credential
 * allows is then asked of its {@link dev.hermes.gateway.auth.Scopes}. An event passes by without entering: only the
 * scope of the stream that receives it was decided here.
 *
 * <p>What can be refused cheaply is refused first: absence and form, then digests and signatures, and only then a
 * question to Redis. "Redis did not answer" is an answer of its own here and never becomes "you are not allowed": a page
 * that is told 401 logs its user out.
 *
 * <p>Nothing in this room prints a token, a JWT or a key: they travel as {@link dev.hermes.gateway.config.Secret}, and
 * messages of parsers, which quote their input, are dropped.
 */
@NullMarked
package dev.hermes.gateway.auth;

import org.jspecify.annotations.NullMarked;
