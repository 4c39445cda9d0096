package dev.hermes.gateway.http;

/** What the handlers of one instance of the public port share; used on that instance's event loop only. */
record EdgeServices(Gate gate, ClientAddress addresses, StreamSinks sinks, OpeningQueue openings, PollPages pages) {}
