package dev.hermes.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Reads small JSON bodies; what is not as it must be is refused in FastAPI's shape. */
final class JsonBody {

    private JsonBody() {}

    static JsonObject object(RoutingContext context) {
        Buffer body = context.body().buffer();
        if (body == null || body.length() == 0) {
            throw refused(new JsonArray().add("body"), "Field required", "missing");
        }
        Object value;
        try {
            value = Json.decodeValue(body);
        } catch (DecodeException notJson) {
            throw refused(new JsonArray().add("body"), "JSON decode error", "json_invalid");
        }
        if (value instanceof JsonObject object) {
            return object;
        }
        throw refused(new JsonArray().add("body"), "Input should be a valid object", "model_attributes_type");
    }

    static String requireText(JsonObject body, String field) {
        JsonArray location = new JsonArray().add("body").add(field);
        if (!body.containsKey(field)) {
            throw refused(location, "Field required", "missing");
        }
        if (body.getValue(field) instanceof String text) {
            return text;
        }
        throw refused(location, "Input should be a valid string", "string_type");
    }

    private static ProblemException refused(JsonArray location, String message, String type) {
        return Problem.invalidBody(location, message, type).asException();
    }
}
