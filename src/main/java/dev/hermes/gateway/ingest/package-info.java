@NullMarked
package dev.hermes.gateway.ingest;

import org.jspecify.annotations.NullMarked;
