/** The browser client in a real Chromium, against a real gateway behind a network that can break. */
@NullMarked
package dev.hermes.gateway.browser;

import org.jspecify.annotations.NullMarked;
