package dev.hermes.gateway.event;

import java.util.List;

/** What became of the body of a publish request: all of it, or nothing. */
public sealed interface PublishParsed {

    /** Every event is good. */
    record Accepted(List<Envelope> envelopes) implements PublishParsed {

        public Accepted {
            envelopes = List.copyOf(envelopes);
        }
    }

    /**
     * One event is not, so none is taken. The three parts are those of a validation error in FastAPI's shape.
     *
     * @param location strings and integers: {@code ["body", 3, "type"]}; no index if the body was a single object
     * @param message one printable line: the value (cut) and what is allowed
     * @param type a word for programs: {@code missing}, {@code json_invalid} …
     */
    record Refused(List<Object> location, String message, String type) implements PublishParsed {

        public Refused {
            location = List.copyOf(location);
        }

        /** The location as people write it: {@code body[3].type}. */
        public String path() {
            StringBuilder path = new StringBuilder();
            for (Object part : location) {
                if (part instanceof Integer) {
                    path.append('[').append(part).append(']');
                } else {
                    path.append(path.isEmpty() ? "" : ".").append(part);
                }
            }
            return path.toString();
        }
    }
}
