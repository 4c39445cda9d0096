@NullMarked
package dev.hermes.gateway.event;

import org.jspecify.annotations.NullMarked;
