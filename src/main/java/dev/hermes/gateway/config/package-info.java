@NullMarked
package dev.hermes.gateway.config;

import org.jspecify.annotations.NullMarked;
