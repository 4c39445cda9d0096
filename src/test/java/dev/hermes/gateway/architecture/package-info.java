/** What the compiler cannot check: which room may import which, how large things may grow, what no code may do. */
@NullMarked
package dev.hermes.gateway.architecture;

import org.jspecify.annotations.NullMarked;
