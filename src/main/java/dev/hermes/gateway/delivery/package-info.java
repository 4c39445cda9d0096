@NullMarked
package dev.hermes.gateway.delivery;

import org.jspecify.annotations.NullMarked;
