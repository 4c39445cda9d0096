package dev.hermes.gateway.ingest;

import dev.hermes.gateway.event.Rejection;
import java.util.Map;

/** What had come in at one moment. */
public record IngestSnapshot(Map<String, Map<Source, Long>> received, Map<Rejection, Long> rejected) {}
