package dev.hermes.gateway.auth;

import org.jspecify.annotations.Nullable;

/**
 * What a request presented, untouched.
 *
 * @param authorization the {@code Authorization} header, or null
 * @param queryToken the query's {@code token}, or null when there is none; an empty one was presented
 */
public record Presented(
        @Nullable String authorization, @Nullable String queryToken) {

    /** Says only what was there: both may be secrets. */
    @Override
    public String toString() {
        return "Presented[authorization=" + (authorization != null) + ", queryToken=" + (queryToken != null) + "]";
    }
}
