package dev.hermes.gateway.event;

import java.util.Locale;

/** The result of parsing one message. */
public sealed interface Parsed {

    /** The message is an event. */
    record Accepted(Envelope envelope) implements Parsed {}

    /**
     * The message is not an event.
     *
     * @param detail one printable line of at most a few hundred characters: the member, its value (cut) and what is
     *     allowed
     */
    record Rejected(Reason reason, String detail) implements Parsed {}

    /** Why a message was rejected. A closed set, so that it may be the label of a metric. */
    public enum Reason {
        /** Not JSON, or more than one JSON text, or a JSON text after a byte order mark. */
        NOT_JSON,
        /** JSON, but not an object. */
        NOT_AN_OBJECT,
        /** No {@code type}. */
        MISSING_TYPE,
        /** No {@code data}. */
        MISSING_DATA,
        /** A member has the wrong JSON type. */
        WRONG_TYPE,
        /** A {@code type} that is not {@code [A-Za-z0-9_.-]{1,64}}. */
        BAD_TYPE,
        /** A {@code type} that is reserved for the gateway's own frames. */
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

        /** The word for metrics, logs and the {@code reason} in {@code hermes:rejected}, such as {@code not_json}. */
        public String label() {
            return label;
        }
    }
}
