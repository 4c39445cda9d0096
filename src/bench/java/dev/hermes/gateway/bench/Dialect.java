package dev.hermes.gateway.bench;

/** Makes the connections of a crowd. */
interface Dialect {

    /** The connection of that number, all of whose streams report to that ear. */
    Connection connection(int number, Ear ear);
}
