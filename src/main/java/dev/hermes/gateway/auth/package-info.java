/**
 * Decides who may open a stream and what it may contain: turns the credentials that a request presented into a {@link
 * dev.hermes.gateway.auth.Credential}, or into the reason why they are denied.
 *
 * <p>Package {@code http} passes in {@link dev.hermes.gateway.auth.AuthResult.PresentedCredentials}, after the limits
 * and before the subscription, and gets an {@link dev.hermes.gateway.auth.AuthResult}; what the credential allows is
 * decided by its {@link dev.hermes.gateway.auth.Scopes}. Events do not pass through this package: only the scope of
 * the stream that receives them was decided here.
 *
 * <p>Cheap checks come first: absence and form, then digests and signatures, and only then a request to Redis. "Redis
 * did not answer" is a result of its own and never becomes "you are not allowed": a page that gets a 401 logs its
 * user out.
 *
 * <p>Nothing here prints a token, a JWT or a key: they travel as {@link dev.hermes.gateway.config.Settings.Secret}, and
 * messages of parsers, which quote their input, are dropped.
 */
@NullMarked
package dev.hermes.gateway.auth;

import org.jspecify.annotations.NullMarked;
