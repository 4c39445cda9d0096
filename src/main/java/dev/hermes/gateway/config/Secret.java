package dev.hermes.gateway.config;

/** A value that must never be printed: {@link #toString()} hides it, {@link #reveal()} is for the one who needs it. */
public record Secret(String reveal) {

    @Override
    public String toString() {
        return "***";
    }
}
