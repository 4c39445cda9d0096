package dev.hermes.gateway.auth;

/** What the store knows of a token. That it did not answer is not among it: that is a failed future. */
public sealed interface TokenLookup {

    /** It is there and good. */
    record Found(SseToken token) implements TokenLookup {}

    /** It is not there, or what is stored cannot be read as a token. */
    record Unknown() implements TokenLookup {}

    /** It is there, but past its end. */
    record Expired() implements TokenLookup {}
}
