package dev.hermes.gateway.fuzz;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether an answer is one of the contract's, whatever was asked. */
final class AnswerJudge {

    private static final Pattern STACK_TRACE =
            Pattern.compile("(?m)^\\s*at [a-z]+\\.[\\w.$]+\\(|[a-z]+\\.[a-z.]+Exception\\b");

    /** {@code retry:} first in an in-band answer, or in the head of a stream. */
    private static final Pattern FIRST_EVENT = Pattern.compile(
            "retry: \\d{1,5}\n(id: [^\n\r]+\n)?event: (connected" + "|unavailable)\ndata: \\{.*\\}\n\n(?s:.*)");

    private static final JsonFactory UNBOUNDED = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .build())
            .build();

    private AnswerJudge() {}

    /** What is wrong with it, or null. */
    static @Nullable String fault(AnswerReader.Answer answer) {
        String fault = fault(answer.status(), answer.header("content-type"), answer.body(), answer.content());
        return fault == null ? null : fault + ": " + answer;
    }

    static @Nullable String fault(int status, String type, String body, boolean content) {
        if (status >= 500) {
            return "the gateway's own fault";
        }
        if (STACK_TRACE.matcher(body).find()) {
            return "tells of its insides";
        }
        if (!content) {
            return null;
        }
        if (status >= 400) {
            return problemFault(status, type, body);
        }
        if (type.startsWith("text/event-stream")) {
            return streamFault(body);
        }
        if (type.equals("application/json")) {
            return jsonFault(body);
        }
        return null;
    }

    /** Token by token and without bounds: an event may be as deep and its numbers as long as the gateway lets them be. */
    private static @Nullable String jsonFault(String body) {
        try (JsonParser parser = UNBOUNDED.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return "no JSON object";
            }
            parser.skipChildren();
            return parser.nextToken() == null ? null : "something behind its JSON";
        } catch (IOException no) {
            return "no JSON (" + no.getMessage() + ")";
        }
    }

    private static @Nullable String streamFault(String body) {
        if (!FIRST_EVENT.matcher(body).matches()) {
            return "no stream";
        }
        return body.contains("INTERNAL_ERROR") || body.contains("BACKEND_UNAVAILABLE")
                ? "the gateway's own fault"
                : null;
    }

    private static @Nullable String problemFault(int status, String type, String body) {
        if (!type.equals("application/json")) {
            return "an error that is no JSON";
        }
        try {
            JsonObject problem = new JsonObject(body);
            Object detail = problem.getValue("detail");
            JsonObject error = problem.getJsonObject("error");
            boolean whole = (detail instanceof String || detail instanceof JsonArray)
                    && error != null
                    && ("http_" + status).equals(error.getString("code"))
                    && error.getString("message") != null
                    && error.containsKey("details");
            return whole ? null : "an error without its envelope";
        } catch (DecodeException | ClassCastException no) {
            return "an error that is no JSON";
        }
    }
}
