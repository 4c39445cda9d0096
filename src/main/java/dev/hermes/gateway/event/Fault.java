package dev.hermes.gateway.event;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.hermes.gateway.protocol.EventTypes;
import java.io.IOException;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with one event.
 *
 * @param member the member that is, or null if it is the text as a whole
 * @param message what it must be and what it was, without the member's name; printable, one line
 */
record Fault(Parsed.Reason reason, @Nullable String member, String message) {

    private static final int SHOWN_CHARACTERS = 80;

    /** What the parser's failure says. */
    static Fault of(IOException failure) {
        if (failure instanceof StreamConstraintsException) {
            return new Fault(Parsed.Reason.TOO_DEEP, null, "must not nest deeper than " + StrictJson.MAX_DEPTH);
        }
        String where = "";
        String what = "";
        if (failure instanceof JacksonException json) {
            where = json.getLocation() == null
                    ? ""
                    : " near byte " + json.getLocation().getByteOffset();
            what = json.getOriginalMessage();
        }
        return new Fault(
                Parsed.Reason.NOT_JSON, null, "must be one JSON text, but is not" + where + ": " + printable(what));
    }

    static Fault tooLarge(int bytes, int maxBytes) {
        return new Fault(
                Parsed.Reason.TOO_LARGE,
                null,
                "has " + bytes + " bytes; at most " + maxBytes + " are allowed (HERMES_MAX_EVENT_BYTES)");
    }

    static Fault invalidUtf8() {
        return new Fault(Parsed.Reason.INVALID_UTF8, null, "must be valid UTF-8");
    }

    static Fault notAnObject() {
        return new Fault(Parsed.Reason.NOT_AN_OBJECT, null, "must be a JSON object");
    }

    static Fault wrongType(String member, String mustBe) {
        return new Fault(Parsed.Reason.WRONG_TYPE, member, "must be " + mustBe);
    }

    static @Nullable Fault ofType(String type) {
        if (!EventTypes.isWellFormed(type)) {
            return new Fault(
                    Parsed.Reason.BAD_TYPE,
                    "type",
                    "must match " + EventTypes.FORM + ", but is '" + printable(type) + "'");
        }
        if (EventTypes.isReserved(type)) {
            return new Fault(
                    Parsed.Reason.RESERVED_TYPE,
                    "type",
                    "'" + type + "' is reserved, as are all of " + new TreeSet<>(EventTypes.RESERVED));
        }
        return null;
    }

    /** Cut and without control characters, so that a producer cannot forge a line of a log. */
    static String printable(String text) {
        String cut = text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
        return cut.replaceAll("[\\p{Cc}\\p{Cs}\\u2028\\u2029]", "?");
    }

    Parsed.Rejected rejected() {
        return new Parsed.Rejected(reason, (member == null ? "message" : member) + " " + message);
    }
}
