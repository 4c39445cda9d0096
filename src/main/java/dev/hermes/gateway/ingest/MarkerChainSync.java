package dev.hermes.gateway.ingest;

import org.jspecify.annotations.Nullable;

/** A message on {@code hermes:gateway:sync}: that gateway has drawn this marker in the log of that identity. */
record MarkerChainSync(String identity, long number, String gateway) {

    /** As the script that draws has written it; null if it is something else. */
    static @Nullable MarkerChainSync parse(String payload) {
        String[] words = payload.split(" ", -1);
        return words.length == 3 && words[1].matches("[0-9]{1,16}")
                ? new MarkerChainSync(words[0], Long.parseLong(words[1]), words[2])
                : null;
    }
}
