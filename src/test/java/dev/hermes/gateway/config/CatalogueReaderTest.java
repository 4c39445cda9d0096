package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueReaderTest {

    /** A keyed channel with nothing missing, its lines counted from 2. */
    private static final String KEYED = """
            channels:
              - name: jobs
                heard-on: [jobs, 'job:*:state']
                type: job_state
                scope: job:<id>
                key: job_id
                filters: [job_id, status]
                route: jobs
                on-connect: snapshot
                snapshot-key: job:{id}:state
                catch-up: latest-per-key
            """;

    private static final String PLAIN = """
              - name: other
                heard-on: [other]
                type: other
                scope: other
                route: other
            """;

    @Test
    void takesAChannelWithNothingMissing() {
        assertThat(problems(KEYED + PLAIN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: jobs | name: 'my jobs' | channels.yaml:2: channels[0].name: my jobs",
                "name: jobs | name: hermes:gateway:jobs | channels.yaml:2: channels[0].name: hermes:gateway:jobs",
                "name: jobs | name: [jobs] | channels.yaml:2: channels[0].name: a list",
                "name: jobs | name: | channels.yaml:2: channels[0].name: nothing",
                "heard-on: [jobs, 'job:*:state'] | heard-on: jobs | channels.yaml:3: channels[0].heard-on: jobs",
                "[jobs, 'job:*:state'] | ['a?'] | channels.yaml:3: channels[0].heard-on[0]: a?",
                "[jobs, 'job:*:state'] | [jobs, 'job:*:*'] | channels.yaml:3: channels[0].heard-on[1]: job:*:*",
                "[jobs, 'job:*:state'] | [jobs, 'job:[ab]:*'] | channels.yaml:3: channels[0].heard-on[1]: job:[ab]:*",
                "[jobs, 'job:*:state'] | [jobs, 'job:\\*'] | channels.yaml:3: channels[0].heard-on[1]: job:\\*",
                "[jobs, 'job:*:state'] | [hermes:gateway:sync] | channels.yaml:3: channels[0].heard-on[0]: hermes:gateway:sync",
                "[jobs, 'job:*:state'] | ['hermes:*'] | channels.yaml:3: channels[0].heard-on[0]: hermes:*",
                "[jobs, 'job:*:state'] | [[jobs]] | channels.yaml:3: channels[0].heard-on[0]: a list",
                "[jobs, 'job:*:state'] | [jobs, jobs] | channels.yaml:3: channels[0].heard-on[1]: jobs",
                "[jobs, 'job:*:state'] | ['job*', jobs] | channels.yaml:3: channels[0].heard-on[1]: jobs",
                "[jobs, 'job:*:state'] | [jobs, 'job*'] | channels.yaml:3: channels[0].heard-on[1]: job*",
                "[jobs, 'job:*:state'] | ['job:*:state', 'job:a:*'] | channels.yaml:3: channels[0].heard-on[1]: job:a:*",
                "type: job_state | type: job/state | channels.yaml:4: channels[0].type: job/state",
                "type: job_state | type: heartbeat | channels.yaml:4: channels[0].type: heartbeat",
                "scope: job:<id> | scope: Job | channels.yaml:5: channels[0].scope: Job",
                "scope: job:<id> | scope: job:* | channels.yaml:5: channels[0].scope: job:*",
                "key: job_id | key: job id | channels.yaml:6: channels[0].key: job id",
                "[job_id, status] | [job_id, a b] | channels.yaml:7: channels[0].filters[1]: a b",
                "[job_id, status] | [token] | channels.yaml:7: channels[0].filters[0]: token",
                "[job_id, status] | [status, status] | channels.yaml:7: channels[0].filters[1]: status",
                "route: jobs | route: a/b | channels.yaml:8: channels[0].route: a/b",
                "route: jobs | route: poll | channels.yaml:8: channels[0].route: poll",
                "on-connect: snapshot | on-connect: all | channels.yaml:9: channels[0].on-connect: all",
                "on-connect: snapshot | on-connect: nothing | channels.yaml:10: channels[0].snapshot-key: job:{id}:state",
                "snapshot-key: job:{id}:state | snapshot-key: job | channels.yaml:10: channels[0].snapshot-key: job",
                "job:{id}:state | job:{id}:{id} | channels.yaml:10: channels[0].snapshot-key: job:{id}:{id}",
                "catch-up: latest-per-key | catch-up: newest | channels.yaml:11: channels[0].catch-up: newest",
                "catch-up: latest-per-key | lane: fast | channels.yaml:11: channels[0]: unknown word lane",
                "catch-up: latest-per-key | route: other | channels.yaml:11: channels[0]: a second route",
            })
    void refusesAFieldThatIsWrongAndNamesItsLine(String right, String wrong, String problem) {
        assertThat(KEYED).contains(right);

        assertThat(problems(KEYED.replace(right, wrong)))
                .anySatisfy(found -> assertThat(found.toString()).startsWith(problem + " is not allowed; allowed: "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "    heard-on: [jobs, 'job:*:state'] | channels.yaml:2: channels[0].heard-on is not set",
                "    type: job_state | channels.yaml:2: channels[0].type is not set",
                "    scope: job:<id> | channels.yaml:2: channels[0].scope is not set",
                "    key: job_id | channels.yaml:2: channels[0].key is not set",
                "    key: job_id | channels.yaml:10: channels[0].catch-up: latest-per-key is not allowed",
                "    key: job_id | channels.yaml:8: channels[0].on-connect: snapshot is not allowed",
                "    route: jobs | channels.yaml:8: channels[0].on-connect: snapshot is not allowed",
                "    snapshot-key: job:{id}:state | channels.yaml:2: channels[0].snapshot-key is not set",
            },
            ignoreLeadingAndTrailingWhitespace = false)
    void refusesAChannelThatLacksWhatItNeeds(String missing, String problem) {
        String line = missing.stripTrailing() + "\n";
        assertThat(KEYED).contains(line);

        assertThat(problems(KEYED.replace(line, "")))
                .anySatisfy(found -> assertThat(found.toString()).startsWith(problem.strip()));
    }

    @Test
    void refusesASnapshotForAScopeWithoutKey() {
        assertThat(names(KEYED.replace("job:<id>", "job"))).containsExactly("channels.yaml:9: channels[0].on-connect");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: other | name: jobs | channels.yaml:12: channels[1].name",
                "route: other | route: jobs | channels.yaml:16: channels[1].route",
                "scope: other | scope: job | channels.yaml:15: channels[1].scope",
                "[other] | [other, jobs] | channels.yaml:13: channels[1].heard-on[1]",
                "[other] | ['job:7:state'] | channels.yaml:13: channels[1].heard-on[0]",
                "[other] | ['*:state'] | channels.yaml:13: channels[1].heard-on[0]",
                "[other] | ['jo*'] | channels.yaml:13: channels[1].heard-on[0]",
            })
    void refusesChannelsThatGetInEachOthersWay(String right, String wrong, String place) {
        assertThat(PLAIN).contains(right);

        assertThat(names(KEYED + PLAIN.replace(right, wrong))).containsExactly(place);
    }

    @Test
    void takesPatternsThatShareNoName() {
        assertThat(problems(KEYED + PLAIN.replace("[other]", "['job:*:log', 'jobless:*:state']")))
                .isEmpty();
    }

    @Test
    void takesAChannelThatIsHeardNowhere() {
        assertThat(problems(KEYED + PLAIN.replace("[other]", "[]"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "channels: []\n", "{}\n"})
    void refusesAnEmptyCatalogue(String text) {
        assertThat(problems(text))
                .containsExactly(new SettingsException.Problem(
                        "channels.yaml", "no channel", "channels: and at least one channel below it"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- jobs | channels.yaml:1",
                "jobs | channels.yaml:1",
                "channels: jobs | channels.yaml:1: channels",
                "channels: [jobs] | channels.yaml:1: channels[0]",
                "channel: [] | channels.yaml:1",
            })
    void refusesAnotherShape(String text, String place) {
        assertThat(names(text)).containsExactly(place);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "channels:\\n  - name: [ | channels.yaml:2",
                "channels:\\n  - name: a\\n   heard-on: b\\n | channels.yaml:3",
                "channels:\\n\\t- name: a | channels.yaml:2",
                "channels:\\n  - *a | channels.yaml:2",
                "channels: []\\n---\\nchannels: [] | channels.yaml:2",
            })
    void refusesBrokenYamlAndNamesItsLine(String text, String place) {
        assertThat(names(text.replace("\\n", "\n").replace("\\t", "\t"))).containsExactly(place);
    }

    @Test
    void refusesATagThatNamesAClass() {
        assertThat(names("channels: !!java.util.ArrayList []\n")).containsExactly("channels.yaml:1");
    }

    @Test
    void reportsTheProblemsOfAllChannelsAtOnce() {
        String text = KEYED.replace("type: job_state", "type: gap").replace("route: jobs", "route: token")
                + PLAIN.replace("scope: other", "scope: ''").replace("[other]", "[jobs]");

        assertThat(names(text))
                .containsExactly(
                        "channels.yaml:4: channels[0].type",
                        "channels.yaml:8: channels[0].route",
                        "channels.yaml:15: channels[1].scope",
                        "channels.yaml:13: channels[1].heard-on[0]");
    }

    private static List<String> names(String text) {
        return problems(text).stream().map(SettingsException.Problem::name).toList();
    }

    private static List<SettingsException.Problem> problems(String text) {
        SettingsException.Problems findings = new SettingsException.Problems();
        CatalogueReader.read("channels.yaml", text, findings);
        return findings.problems();
    }
}
