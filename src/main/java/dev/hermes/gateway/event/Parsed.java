package dev.hermes.gateway.event;

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
    record Rejected(Rejection reason, String detail) implements Parsed {}
}
