@NullMarked
package dev.hermes.gateway.http;

import org.jspecify.annotations.NullMarked;
