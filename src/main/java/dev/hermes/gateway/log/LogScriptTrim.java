package dev.hermes.gateway.log;

/**
 * What a trim did.
 *
 * @param removed how many entries it removed
 * @param more whether there is more to do: a trim's work is bounded, so the next may follow at once
 */
public record LogScriptTrim(long removed, boolean more) {}
