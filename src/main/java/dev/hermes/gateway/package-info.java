@NullMarked
package dev.hermes.gateway;

import org.jspecify.annotations.NullMarked;
