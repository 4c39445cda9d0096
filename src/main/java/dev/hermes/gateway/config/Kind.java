package dev.hermes.gateway.config;

/** The shapes of values, each with the sentence that tells an operator what may be written. */
enum Kind {
    FLAG("true or false"),
    DURATION("whole seconds from 1 to 1000000000, or with a unit: 30s, 5m, 1h"),
    DURATION_OR_NONE("0 for none, whole seconds up to 1000000000, or with a unit: 30s, 5m, 1h"),
    COUNT("a whole number from 1 to 2147483647"),
    COUNT_OR_NONE("a whole number from 0 to 2147483647"),
    BYTES("a number of bytes, at least 1, or with a unit: 512KiB, 64MiB, 1GiB"),
    PORT("a port from 1 to 65535, or 0 for any free one"),
    FILE("a readable file"),
    TEXT("text"),
    LIST("separated by commas or spaces or as a JSON array"),
    SECRET("text"),
    SECRET_LIST("separated by commas or spaces or as a JSON array");

    final String allowed;

    Kind(String allowed) {
        this.allowed = allowed;
    }

    boolean list() {
        return this == LIST || this == SECRET_LIST;
    }

    boolean secret() {
        return this == SECRET || this == SECRET_LIST;
    }
}
