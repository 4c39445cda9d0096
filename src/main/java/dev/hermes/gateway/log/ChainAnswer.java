package dev.hermes.gateway.log;

import dev.hermes.gateway.event.EventId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a {@link ChainBatch}.
 *
 * @param current the newest marker that the log has come to
 * @param before the entry right before the first one that was appended, or null if that is not sure
 * @param appended how many entries were appended, holes among them
 * @param newest the newest entry of the log when all was done
 * @param results one for each call, in order
 */
public record ChainAnswer(
        long current, @Nullable EventId before, int appended, EventId newest, List<ChainResult> results) {

    public ChainAnswer {
        results = List.copyOf(results);
    }
}
