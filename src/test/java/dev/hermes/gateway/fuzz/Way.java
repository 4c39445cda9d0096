package dev.hermes.gateway.fuzz;

import java.io.IOException;
import java.util.List;

/** A way for inputs into a gateway, with a judgement of what it answers. Used by one thread. */
interface Way extends AutoCloseable {

    /** The folder of its inputs in the corpus. */
    String name();

    /**
     * Brings these to the gateway, in order.
     *
     * @param findings gets what should not have happened
     * @return how many of them the gateway took in
     */
    int send(List<byte[]> inputs, List<Finding> findings) throws IOException;

    @Override
    void close() throws IOException;
}
