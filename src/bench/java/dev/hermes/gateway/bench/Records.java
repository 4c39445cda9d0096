package dev.hermes.gateway.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records as JSON, by the names of their components. */
final class Records {

    private Records() {}

    static JsonObject json(Record value) {
        JsonObject json = new JsonObject();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                json.put(component.getName(), plain(component.getAccessor().invoke(value)));
            } catch (ReflectiveOperationException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return json;
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Record inner) {
            return json(inner);
        }
        if (value instanceof Collection<?> list) {
            JsonArray array = new JsonArray();
            list.forEach(entry -> array.add(plain(entry)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            JsonObject object = new JsonObject();
            map.forEach((key, entry) -> object.put(String.valueOf(key), plain(entry)));
            return object;
        }
        if (value instanceof Duration duration) {
            return duration.toSeconds();
        }
        return value == null || value instanceof Number || value instanceof Boolean ? value : value.toString();
    }
}
