import { isKnown, later } from './positions.js';

/**
 * What a tab has received: each event once, in order, to whom it concerns.
 * @param {(code: string, detail: unknown) => void} report
 */
export function createInbox(report) {
  /** @type {Set<import('./internal').Subscription>} */
  const subscriptions = new Set();
  /** Of each line the last gap, which the next stream may tell again. @type {Record<string, string>} */
  const gaps = {};

  /**
   * @template T
   * @param {((value: T) => void) | undefined} callback
   * @param {T} value
   */
  function call(callback, value) {
    try {
      callback?.(value);
    } catch (failure) {
      report('callback_threw', failure);
    }
  }

  /** @param {import('./internal').Told} told */
  function gap({ line, gap: { reason, resumed_at: at }, gap: told }) {
    if (gaps[line] === (gaps[line] = reason + at)) {
      return;
    }
    for (const { selection, listens, onGap } of [...subscriptions]) {
      // A hole is an entry of the log, and replayed like one. After any other gap the stream goes on where that says.
      const missed = listens.filter((one) => one.served === line && !(reason === 'source_hole' && isKnown(at, one.at)));
      missed.forEach((one) => (one.at = at));
      if (missed[0]) {
        const channels = [...new Set(missed.map(({ part }) => part.channel))];
        call(onGap, { ...told, channels, downloadId: selection.downloadId });
      }
    }
  }

  /** @param {import('./internal').Told} told */
  function event({ line, id, type, channel, data, timestamp, backwards }) {
    for (const { listens, onEvent } of [...subscriptions]) {
      const from = listens.filter((one) => {
        const isNew = one.served === line && (backwards || !isKnown(id, one.at));
        one.at = isNew ? id : one.at;
        return isNew && (channel ? one.part.channel === channel : one.part.types.includes(/** @type {string} */ (type)))
          && one.wants(data);
      });
      if (from[0]) {
        from.forEach((one) => (one.fresh = false));
        const several = from.some(({ part }) => part.channel !== from[0].part.channel);
        call(onEvent, { id: id ?? null, channel: several ? channel : from[0].part.channel, type, data, timestamp });
      }
    }
  }

  /** Where things stood at a position, which only those need who have heard nothing yet. @param {import('./internal').Told} told */
  function greet({ keys = [], id, greetings = [] }) {
    for (const { listens, onEvent } of [...subscriptions]) {
      for (const one of listens.filter(({ fresh, part }) => fresh && keys.includes(part.key))) {
        one.fresh = false;
        one.at = later(one.at, id);
        greetings.filter(({ channel, data }) => channel === one.part.channel && one.wants(data))
          .forEach(({ channel, event: type, data }) => call(onEvent, { id: null, channel, type, data }));
      }
    }
  }

  /** @param {import('./internal').Told} told */
  function take(told) {
    const { is, line, id, code = '', detail } = told;
    if (is === 'error') {
      report(code, detail);
    } else if (is === 'gap') {
      gap(told);
    } else if (is === 'greet') {
      greet(told);
    } else if (is === 'event') {
      event(told);
    } else {
      reach(line, id);
    }
  }

  /** A line has come to a position, whatever was on the way. @param {string} line @param {string} [id] */
  function reach(line, id) {
    for (const { listens } of subscriptions) {
      listens.forEach((one) => {
        if (one.served === line) {
          one.at = later(one.at, id);
        }
      });
    }
  }

  return { subscriptions, take, reach, call };
}
