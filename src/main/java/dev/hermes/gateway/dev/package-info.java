@NullMarked
package dev.hermes.gateway.dev;

import org.jspecify.annotations.NullMarked;
