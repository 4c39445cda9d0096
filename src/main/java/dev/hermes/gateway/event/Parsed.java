package dev.hermes.gateway.event;

import java.util.Locale;

/** What became of one message. */
public sealed interface Parsed {

    /** It is an event. */
    record Accepted(Envelope envelope) implements Parsed {}

    /**
     * It is not.
     *
     * @param detail one printable line of at most a few hundred characters, with the member, the value (cut) and what
     *     is allowed
     */
    record Rejected(Reason reason, String detail) implements Parsed {}

    /** Why a message is not an event. Closed, so that it may be the label of a metric. */
    public enum Reason {
        /** Not JSON, or more than one JSON text, or one behind a byte order mark. */
        NOT_JSON,
        /** JSON, but not an object. */
        NOT_AN_OBJECT,
        /** No {@code type}. */
        MISSING_TYPE,
        /** No {@code data}. */
        MISSING_DATA,
        /** A member of another JSON type than it must have. */
        WRONG_TYPE,
        /** A {@code type} that is not {@code [A-Za-z0-9_.-]{1,64}}. */
        BAD_TYPE,
        /** A {@code type} that the gateway keeps for its own frames. */
        RESERVED_TYPE,
        /** Bytes that are not UTF-8. */
        INVALID_UTF8,
        /** {@code data} nested deeper than 1,000. */
        TOO_DEEP,
        /** More bytes than {@code HERMES_MAX_EVENT_BYTES}. */
        TOO_LARGE,
        /** A channel that the catalogue does not have. */
        UNKNOWN_CHANNEL;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** The word for metrics, logs and the {@code reason} of {@code hermes:rejected}: {@code not_json}. */
        public String label() {
            return label;
        }
    }
}
