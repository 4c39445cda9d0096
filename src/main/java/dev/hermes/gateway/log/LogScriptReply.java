package dev.hermes.gateway.log;

import java.util.function.Function;

/**
 * What a script of the log answers.
 *
 * @param <T> what it says if it did its work
 */
public sealed interface LogScriptReply<T> {

    /** Redis does not keep the log of this identity, or none: nothing was done. */
    record NoState<T>() implements LogScriptReply<T> {}

    /** The script did its work. */
    record Given<T>(T value) implements LogScriptReply<T> {}

    /** The same with another value, if there is one. */
    default <U> LogScriptReply<U> map(Function<T, U> mapper) {
        return this instanceof Given<T> given ? new Given<>(mapper.apply(given.value())) : new NoState<>();
    }

    /** The value; fails if Redis holds another log. */
    default T required() {
        if (this instanceof Given<T> given) {
            return given.value();
        }
        throw new LogUnavailableException("Redis does not hold this log any more");
    }
}
