package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Channel.ScopeRule;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The channels and keys that a credential may see. Words that the catalogue does not know grant nothing.
 *
 * @param unlimited whether every channel is covered; {@code words} do not count then
 * @param words the single scopes: {@code queue}, {@code download:<id>}, {@code download:*}
 */
public record Scopes(boolean unlimited, Set<String> words) {

    private static final Scopes EVERYTHING = new Scopes(true, Set.of());
    private static final String ANY_KEY = "*";
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._~-]{1,200}");

    public Scopes {
        words = Set.copyOf(words);
    }

    /** Access to every channel in full, as JWTs and API keys have. */
    public static Scopes everything() {
        return EVERYTHING;
    }

    /** The scopes of a stored token: words separated by spaces, not checked here. */
    public static Scopes of(String text) {
        Set<String> words = new HashSet<>();
        for (String word : text.split(" ", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return new Scopes(false, words);
    }

    /**
     * Whether a new token may have this scope text: scopes of the catalogue, separated by exactly one space (RFC 6749
     * §3.3), each keyed one with an id or {@code *}.
     */
    public static boolean valid(String text, Catalogue catalogue) {
        List<ScopeRule> rules = catalogue.channels().values().stream()
                .map(channel -> channel.scope())
                .distinct()
                .toList();
        return Stream.of(text.split(" ", -1)).allMatch(word -> rules.stream().anyMatch(rule -> follows(rule, word)));
    }

    /** Whether the text may be an id in a path, a filter or a scope. */
    public static boolean validKey(String key) {
        return KEY.matcher(key).matches();
    }

    /** Whether these scopes grant everything that the given single scope grants. */
    public boolean covers(String word) {
        int keyed = word.indexOf(':');
        return unlimited
                || words.contains(word)
                || (keyed >= 0 && words.contains(word.substring(0, keyed + 1) + ANY_KEY));
    }

    /** Whether these scopes grant the whole channel, with all its keys. */
    public boolean allows(ScopeRule rule) {
        return unlimited || words.contains(rule.keyed() ? rule.forKey(ANY_KEY) : rule.word());
    }

    /** Whether these scopes grant one key of the channel; for a scope without keys the same as {@link #allows}. */
    public boolean allowsKey(ScopeRule rule, String key) {
        return allows(rule) || (rule.keyed() && validKey(key) && words.contains(rule.forKey(key)));
    }

    /**
     * The keys to which a stream of the channel is restricted, in no particular order. Empty both if {@link #allows}
     * grants the whole channel and if nothing of it is granted: ask {@link #allows} first.
     */
    public Set<String> keysFor(ScopeRule rule) {
        if (!rule.keyed() || allows(rule)) {
            return Set.of();
        }
        String prefix = rule.forKey("");
        Set<String> keys = new LinkedHashSet<>();
        for (String word : words) {
            if (word.startsWith(prefix) && validKey(word.substring(prefix.length()))) {
                keys.add(word.substring(prefix.length()));
            }
        }
        return Set.copyOf(keys);
    }

    private static boolean follows(ScopeRule rule, String word) {
        if (!rule.keyed()) {
            return word.equals(rule.word());
        }
        String prefix = rule.forKey("");
        if (!word.startsWith(prefix)) {
            return false;
        }
        String key = word.substring(prefix.length());
        return key.equals(ANY_KEY) || validKey(key);
    }
}
