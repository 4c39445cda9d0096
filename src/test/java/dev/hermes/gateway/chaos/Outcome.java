package dev.hermes.gateway.chaos;

import org.jspecify.annotations.Nullable;

/** What a producer knows of what it has sent. */
sealed interface Outcome {

    /**
     * It was taken.
     *
     * @param id its place in the log, where the answer tells it
     */
    record Taken(@Nullable Position id) implements Outcome {}

    /** Redis took it and told that nobody listened. */
    record Unheard() implements Outcome {}

    /** It was refused: nobody may ever get it. */
    record Refused(String reason) implements Outcome {}

    /** No answer came, or one that says nothing: it may have been taken. */
    record Unknown() implements Outcome {}
}
