package dev.hermes.gateway.config;

/**
 * A value that must never be printed: {@link #toString()} hides it, {@link #reveal()} returns it where it is needed.
 */
public record Secret(String reveal) {

    @Override
    public String toString() {
        return "***";
    }
}
