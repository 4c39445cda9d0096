/**
 * How long events take from the log to this page. The log's ids begin with the millisecond of Redis' clock, so this holds
 * as far as that clock and this computer's agree.
 */

const KEPT = 200;
const LOG_ID = /^(\d{13})-\d+$/;

export class Latency {
  constructor() {
    this.values = [];
  }

  /** What was written before `since`, when the connection began, waited for that and not for the network. */
  add(id, since) {
    const written = LOG_ID.exec(id);
    if (written && Number(written[1]) >= since) {
      this.values.push(Date.now() - Number(written[1]));
      if (this.values.length > KEPT) {
        this.values.shift();
      }
    }
  }

  words() {
    const sorted = [...this.values].sort((a, b) => a - b);
    const value = (share) => sorted[Math.floor(share * (sorted.length - 1))];
    if (sorted.length === 0) {
      return '–';
    }
    return value(0.5) < 0 ? 'unknown: the clocks differ' : `${value(0.5)} ms p50, ${value(0.99)} ms p99`;
  }
}
