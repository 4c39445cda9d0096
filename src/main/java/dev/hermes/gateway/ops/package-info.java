@NullMarked
package dev.hermes.gateway.ops;

import org.jspecify.annotations.NullMarked;
