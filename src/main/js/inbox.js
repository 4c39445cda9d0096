import { isKnown, later } from './positions.js';

/** What a tab has received: each event once, in order, to whom it concerns. */

/** @import { Listen, Subscription, Tab, Told } from './internal' */

/** @param {Tab} tab @param {string} code @param {unknown} detail */
export function report({ options, page }, code, detail) {
  try {
    (options.onError ?? page.console.error)({ code, detail });
  } catch {
    // There is nobody left to tell.
  }
}

/**
 * @template T
 * @param {Tab} tab
 * @param {((value: T) => void) | undefined} callback
 * @param {T} value
 */
export function call(tab, callback, value) {
  try {
    callback?.(value);
  } catch (failure) {
    report(tab, 'callback_threw', failure);
  }
}

/**
 * What each kind of news means to one subscription, with those of its parts that the line serves.
 * @type {Record<string, (tab: Tab, subscription: Subscription, served: Listen[], told: Told) => void>}
 */
const TAKE = {
  gap(tab, { selection, onGap }, served, { gap }) {
    const { reason, resumed_at: at } = gap;
    // A hole is an entry of the log, and replayed like one. After any other gap the stream goes on where that says.
    const missed = served.filter((one) => reason !== 'source_hole' || !isKnown(at, one.at));
    missed.forEach((one) => (one.at = at));
    if (missed[0]) {
      const channels = [...new Set(missed.map(({ channel }) => channel))];
      call(tab, onGap, { ...gap, channels, downloadId: selection.downloadId });
    }
  },

  event(tab, { onEvent }, served, { id, type = '', channel, data, timestamp, backwards }) {
    const news = served.filter((one) => backwards || !isKnown(id, one.at));
    news.forEach((one) => (one.at = id));
    const from = news.filter((one) => (channel ? one.channel === channel : one.types.includes(type)) && one.wants(data));
    if (from[0]) {
      from.forEach((one) => (one.fresh = false));
      const several = from.some((one) => one.channel !== from[0].channel);
      call(tab, onEvent, { id: id ?? null, channel: several ? channel : from[0].channel, type, data, timestamp });
    }
  },

  /** Where things stood at a position, which only those need who have heard nothing yet. */
  greet(tab, { listens, onEvent }, _, { keys = [], id, greetings = [] }) {
    for (const one of listens.filter(({ fresh, key }) => fresh && keys.includes(key))) {
      one.fresh = false;
      // Also where that is behind the line, which then comes back to it.
      one.at = id;
      greetings.filter(({ channel, data }) => channel === one.channel && one.wants(data))
        .forEach(({ channel, event: type, data }) => call(tab, onEvent, { id: null, channel, type, data }));
    }
  },

  /** The line has come that far, whatever was on the way. */
  position: (_, __, served, { id }) => served.forEach((one) => (one.at = later(one.at, id))),
};

/** What a line tells; of a kind that only later versions know, nothing. @param {Tab} tab @param {Told} told */
export function take(tab, told) {
  const { is, line, gap, code = '', detail } = told;
  if (is === 'error') {
    report(tab, code, detail);
  }
  // The next stream may tell a gap again.
  if (!gap || tab.gaps[line] !== (tab.gaps[line] = gap.reason + gap.resumed_at)) {
    for (const subscription of [...tab.subscriptions]) {
      TAKE[is]?.(tab, subscription, subscription.listens.filter((one) => one.servedBy === line), told);
    }
  }
}
