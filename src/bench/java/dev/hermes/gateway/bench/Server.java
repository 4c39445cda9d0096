package dev.hermes.gateway.bench;

import java.util.List;

/** Something that serves streams, in processes of its own. */
interface Server extends AutoCloseable {

    String name();

    int port();

    /** Of all its processes. */
    List<Long> processes();

    @Override
    void close();
}
