package dev.hermes.gateway.log;

import dev.hermes.gateway.redis.RedisCommands;
import java.time.InstantSource;

/** What a log in Redis is made of. */
record RedisLogParts(
        LogScripts scripts,
        StreamReader reader,
        RedisCommands tail,
        StreamEntries entries,
        LatestIds latest,
        InstantSource clock) {}
