/** What producers, networks and Redis do to a whole gateway: real traffic, bad traffic, loss, slowness, crowds. */
@NullMarked
package dev.hermes.gateway.endtoend;

import org.jspecify.annotations.NullMarked;
