/**
 * Checks that an interruption lost nothing. When the stream is back, /poll is asked what happened after the last event
 * seen before the break; each of those ids has to arrive on the stream too, and once.
 */

const REMEMBERED = 4000;
const PATIENCE_MS = 8000;
/** As many as one answer of /poll holds; beyond that the server may also leave out what a later event superseded. */
const COMPARABLE = 1000;

export class ResumeCheck {
  /** @param {(report: object) => void} onReport is called whenever more is known */
  constructor(onReport, eventsAfter) {
    this.onReport = onReport;
    this.eventsAfter = eventsAfter;
    this.seen = new Set();
    this.break = null;
  }

  interrupted(cursor) {
    if (cursor && !this.break?.away) {
      this.break = { before: cursor, at: Date.now(), away: true, after: '', expected: null, twice: 0, gap: '' };
      this.report('waiting', 'The stream is interrupted. It goes on when the browser is back…');
    }
  }

  async resumed(cursor) {
    const current = this.break;
    if (!current?.away) {
      return;
    }
    current.away = false;
    current.after = cursor;
    current.awayMs = Date.now() - current.at;
    this.report('waiting', 'Back. Comparing with the log…');
    try {
      const answer = await this.eventsAfter(current.before);
      current.gap = current.gap || (answer.gap ? answer.gap.reason : '');
      current.expected = (answer.events ?? []).map((event) => event.id);
      if (current.expected.length >= COMPARABLE) {
        current.done = true;
        this.report('told', `Resumed. More than ${COMPARABLE} events happened meanwhile, too many to compare here.`);
        return;
      }
      setTimeout(() => this.judge(current, true), PATIENCE_MS);
      this.judge(current, false);
    } catch (failure) {
      this.report('told', `Resumed, but the log could not be asked (${failure.message})`);
    }
  }

  received(id) {
    if (this.seen.has(id)) {
      if (this.break && !this.break.done) {
        this.break.twice += 1;
      }
      return;
    }
    this.seen.add(id);
    if (this.seen.size > REMEMBERED) {
      this.seen.delete(this.seen.values().next().value);
    }
    if (this.break?.expected && !this.break.done) {
      this.judge(this.break, false);
    }
  }

  /** `at` is where it goes on. */
  gap(reason, requested, at) {
    if (this.break && !this.break.done) {
      this.break.gap = reason;
      this.judge(this.break, false);
    } else {
      // The stream was never away: what broke was behind the gateway.
      this.break = { before: requested, at: Date.now(), away: false, awayMs: 0, after: at, expected: [], twice: 0, gap: reason };
      this.judge(this.break, false);
    }
  }

  judge(current, timeIsUp) {
    if (current !== this.break || current.done || current.away) {
      return;
    }
    const expected = current.expected ?? [];
    current.arrived = expected.filter((id) => this.seen.has(id)).length;
    const missing = expected.length - current.arrived;
    if (current.gap) {
      current.done = true;
      this.report('told', `The server said it: events may be missing (${current.gap}).`);
    } else if (current.expected && missing === 0) {
      current.done = true;
      const whole = current.twice === 0;
      this.report(whole ? 'whole' : 'loss', whole ? 'Nothing missing, nothing twice.' : `${current.twice} came twice.`);
    } else if (timeIsUp) {
      current.done = true;
      this.report('loss', `${missing} of ${expected.length} events are missing.`);
    }
  }

  report(verdict, text) {
    this.onReport({ ...this.break, verdict, text });
  }
}
