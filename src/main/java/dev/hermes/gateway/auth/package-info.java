@NullMarked
package dev.hermes.gateway.auth;

import org.jspecify.annotations.NullMarked;
