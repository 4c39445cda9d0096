/** The contract of the public port, told by a client: through the whole gateway, over real sockets, with a real Redis. */
@NullMarked
package dev.hermes.gateway.contract;

import org.jspecify.annotations.NullMarked;
