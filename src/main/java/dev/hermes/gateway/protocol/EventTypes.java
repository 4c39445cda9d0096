package dev.hermes.gateway.protocol;

import java.util.Set;

/** Decides which event types a producer may use. */
public final class EventTypes {

    public static final String FORM = "[A-Za-z0-9_.-]{1,64}";

    private static final int MAX_LENGTH = 64;

    /**
     * {@code error}, {@code open} and {@code message} are names that EventSource itself uses; the others are frames
     * of the gateway.
     */
    public static final Set<String> RESERVED = Set.of(
            "error",
            "open",
            "message",
            "connected",
            "heartbeat",
            "gap",
            "closing",
            "backend",
            "unavailable",
            "token_expiring");

    private EventTypes() {}

    /** Whether the type has the {@link #FORM} of an event type, which cannot break out of its line in a frame. */
    public static boolean isWellFormed(String type) {
        int length = type.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int index = 0; index < length; index++) {
            char c = type.charAt(index);
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '_'
                    || c == '.'
                    || c == '-';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    public static boolean isReserved(String type) {
        return RESERVED.contains(type);
    }
}
