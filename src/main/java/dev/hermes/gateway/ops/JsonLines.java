package dev.hermes.gateway.ops;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * Encodes a log event as one JSON object on one line: {@code timestamp} (ISO 8601), {@code level}, {@code logger},
 * {@code message}, then a field for each pair of the event, and {@code exception}. The pairs of a message such as
 * {@code "redis is up address={} server={}"} become fields too, so that nobody has to parse text.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {

    /** Words, then pairs whose values are all arguments. */
    private static final Pattern PAIRS = Pattern.compile("([^={}]*?)((?: \\w+=(?:\\{}|\"\\{}\"))+)");

    private static final Pattern NAME = Pattern.compile("(\\w+)=");
    private static final byte[] NOTHING = {};

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        JsonObject line = new JsonObject()
                .put("timestamp", event.getInstant().toString())
                .put("level", event.getLevel().toString())
                .put("logger", event.getLoggerName());
        Object[] arguments = event.getArgumentArray();
        Matcher pairs = PAIRS.matcher(event.getMessage());
        if (arguments != null && pairs.matches()) {
            line.put("message", pairs.group(1));
            Matcher name = NAME.matcher(pairs.group(2));
            for (int index = 0; index < arguments.length && name.find(); index++) {
                line.put(name.group(1), value(arguments[index]));
            }
        } else {
            line.put("message", event.getFormattedMessage());
        }
        List<KeyValuePair> further = event.getKeyValuePairs();
        if (further != null) {
            further.forEach(pair -> line.put(pair.key, value(pair.value)));
        }
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            line.put("exception", ThrowableProxyUtil.asString(thrown));
        }
        return (line.encode() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static Object value(Object logged) {
        return logged instanceof Number || logged instanceof Boolean ? logged : String.valueOf(logged);
    }
}
