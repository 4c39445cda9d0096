package dev.hermes.gateway.log.redis;

import dev.hermes.gateway.event.ChannelName;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.protocol.RedisNames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Response;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Converts the entries of the stream {@code hermes:events} from Redis' answers. No content makes it fail: an entry
 * that is not an event is still a position in the log. Immutable; any thread.
 */
final class StreamEntries {

    static final String GAP = "gap";
    static final String ORIGIN = "log";

    private final Function<String, @Nullable ChannelName> channels;
    private final EnvelopeParser parser;
    private final InstantSource clock;

    StreamEntries(Function<String, @Nullable ChannelName> channels, EnvelopeParser parser, InstantSource clock) {
        this.channels = channels;
        this.parser = parser;
        this.clock = clock;
    }

    /** Converts the answer of an XRANGE to entries, in order. */
    List<LogEntry> range(@Nullable Response answer, RedisLog.RejectionListener rejections) {
        List<LogEntry> entries = new ArrayList<>();
        if (answer != null) {
            for (Response entry : answer) {
                entries.add(entry(entry, rejections));
            }
        }
        return entries;
    }

    /** The id of an entry. */
    static EventId id(Response entry) {
        EventId id = EventId.parse(entry.get(0).toString());
        if (id == null) {
            throw new IllegalStateException("Redis json of a position that is none: " + entry.get(0));
        }
        return id;
    }

    /** The bytes of an entry's fields and values. */
    static long size(Response entry) {
        long size = 0;
        for (Response part : entry.get(1)) {
            size += part.toBuffer().length();
        }
        return size;
    }

    LogEntry entry(Response entry, RedisLog.RejectionListener rejections) {
        EventId id = id(entry);
        Map<String, Buffer> fields = fields(entry.get(1));
        String channel = text(fields, "channel");
        String type = text(fields, "type");
        Buffer data = fields.get("data");
        if (RedisNames.LOG_CHANNEL.equals(channel)) {
            return own(id, type, data);
        }
        if (channel == null) {
            rejections.rejected(id, "", Parsed.Reason.UNKNOWN_CHANNEL, "channel is missing", orEmpty(data));
            return new LogEntry.IgnoredEntry(id);
        }
        ChannelName named = channels.apply(channel);
        if (named == null) {
            // Another version of the gateway may know this channel, so this one must not reject the entry.
            return new LogEntry.IgnoredEntry(id);
        }
        if (type == null || data == null) {
            Parsed.Reason reason = type == null ? Parsed.Reason.MISSING_TYPE : Parsed.Reason.MISSING_DATA;
            rejections.rejected(id, channel, reason, (type == null ? "type" : "data") + " is missing", orEmpty(data));
            return new LogEntry.IgnoredEntry(id);
        }
        Parsed parsed = parser.ofEntry(named, type, data, text(fields, "timestamp"), clock.instant());
        if (parsed instanceof Parsed.Accepted accepted) {
            return new Event(id, accepted.envelope());
        }
        Parsed.Rejected rejected = (Parsed.Rejected) parsed;
        rejections.rejected(id, channel, rejected.reason(), rejected.detail(), data);
        return new LogEntry.IgnoredEntry(id);
    }

    private static LogEntry own(EventId id, @Nullable String type, @Nullable Buffer data) {
        if (ORIGIN.equals(type)) {
            return new LogEntry.OriginEntry(id);
        }
        if (!GAP.equals(type) || data == null) {
            return new LogEntry.IgnoredEntry(id);
        }
        try {
            JsonObject json = data.toJsonObject();
            EventId requested = EventId.parse(json.getString("requested", ""));
            return new LogEntry.GapEntry(
                    id,
                    requested == null ? id : requested,
                    Instant.parse(json.getString("from")),
                    Instant.parse(json.getString("to")));
        } catch (DecodeException | ClassCastException | DateTimeException | NullPointerException notOurs) {
            return new LogEntry.IgnoredEntry(id);
        }
    }

    private static Map<String, Buffer> fields(Response list) {
        Map<String, Buffer> fields = new HashMap<>();
        for (int index = 0; index + 1 < list.size(); index += 2) {
            fields.put(list.get(index).toString(), list.get(index + 1).toBuffer());
        }
        return fields;
    }

    private static @Nullable String text(Map<String, Buffer> fields, String name) {
        Buffer value = fields.get(name);
        return value == null ? null : value.toString();
    }

    private static Buffer orEmpty(@Nullable Buffer data) {
        return data == null ? Buffer.buffer() : data;
    }
}
