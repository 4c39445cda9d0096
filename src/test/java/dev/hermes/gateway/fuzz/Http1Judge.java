package dev.hermes.gateway.fuzz;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Looks at what came back for bytes that looked a little like HTTP/1. */
final class Http1Judge {

    private Http1Judge() {}

    /** Each answer is for a request that was taken in; so was what the connection ended for, or still waited for. */
    static int judge(byte[] sent, byte[] came, List<String> faults) {
        AnswerReader reader = new AnswerReader(new ByteArrayInputStream(came));
        int answers = 0;
        try {
            // A server that is told the HTTP/2 preface speaks HTTP/2 at once.
            while (came.length == 0 || came[0] != 0) {
                AnswerReader.Answer answer = reader.next(false);
                answers++;
                String fault = AnswerJudge.fault(answer);
                if (fault != null) {
                    faults.add(fault);
                }
                if (answer.last()) {
                    return answers;
                }
            }
            return answers;
        } catch (EOFException end) {
            return Math.max(1, answers);
        } catch (AnswerReader.Malformed malformed) {
            faults.add(String.valueOf(malformed.getMessage()));
            return answers + 1;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
