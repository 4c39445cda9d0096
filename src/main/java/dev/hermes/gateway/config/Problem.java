package dev.hermes.gateway.config;

/**
 * One thing that keeps the gateway from starting.
 *
 * @param name the setting, or the place in a file ({@code channels.yaml:12: channels[1].scope})
 * @param value what stands there; {@code ***} where it could hold a secret
 * @param allowed what may stand there
 */
public record Problem(String name, String value, String allowed) {

    /** One line for the operator. */
    @Override
    public String toString() {
        return name + ": " + value + " is not allowed; allowed: " + allowed;
    }
}
