package dev.hermes.gateway.log;

import java.util.List;

/**
 * What became of a {@link ChainBatch}.
 *
 * @param current the newest marker that the log has come to
 * @param results one for each call, in order
 */
public record ChainAnswer(long current, List<ChainResult> results) {

    public ChainAnswer {
        results = List.copyOf(results);
    }
}
