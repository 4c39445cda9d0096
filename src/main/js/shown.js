import { call } from './inbox.js';
import { isBefore } from './positions.js';
import { stateOf, worst } from './states.js';

/** What a page shows: how it is, and how each of its subscriptions is. */

/** @import { Condition, LineState, Listen, Subscription, Tab } from './internal' */

/** @type {Condition} */
export const CONNECTING = { status: 'connecting', reason: '' };
/** @type {Condition} */
export const IDLE = { status: 'disconnected', reason: 'idle' };

/** @param {Tab} tab */
export const listensOf = (tab) => [...tab.subscriptions].flatMap(({ listens }) => listens);

/**
 * What the leader tells of the lines; without it what it told last. Returns whether a line first has to go back.
 * @param {Tab} tab
 * @param {Record<string, LineState>} [lines]
 */
export function show(tab, lines = tab.lineStates) {
  let isBehind = false;
  tab.lineStates = lines;
  tab.own = null;
  for (const one of listensOf(tab)) {
    const [name, line] = Object.entries(lines).find(([, { served }]) => served.includes(one.key)) ?? [];
    one.lacks ||= !line && one.servedBy !== undefined;
    const behind = isBefore(one.at, one.lacks ? line?.at : line?.from);
    isBehind ||= behind;
    one.servedBy = behind ? undefined : name;
    one.at ??= line?.at;
    one.lacks &&= behind || !line;
  }
  render(tab);
  return isBehind;
}

/**
 * How this tab is where no line says it.
 * @param {Tab} tab
 * @param {Condition['status']} status
 * @param {string} reason
 * @param {number} [attempt]
 */
export function become(tab, status, reason, attempt) {
  tab.own = { status, reason, attempt };
  render(tab);
}

/** @param {Tab} tab */
function render(tab) {
  const all = [...tab.subscriptions];
  const conditions = all.map((subscription) => conditionOf(tab, subscription));
  const before = tab.shown;
  const now = tab.page.Date.now();
  tab.shown = stateOf(tab.own ?? worst(conditions) ?? IDLE, before, now);
  all.forEach((subscription, index) => {
    const last = subscription.state;
    subscription.state = stateOf(conditions[index], last, now);
    if (subscription.state !== last) {
      call(tab, subscription.onState, subscription.state);
    }
  });
  if (tab.shown !== before) {
    tab.listeners.forEach((listener) => call(tab, listener, tab.shown));
  }
}

/** @param {Tab} tab @param {Subscription} subscription @returns {Condition} */
function conditionOf({ own, lineStates }, { listens, unknown }) {
  const found = unknown ? { status: 'disconnected', reason: unknown } : worst(listens.map((one) => lineOf(lineStates, one)));
  return own ?? /** @type {Condition | undefined} */ (found) ?? CONNECTING;
}

/** @param {Record<string, LineState>} lines @param {Listen} listen */
function lineOf(lines, { key, servedBy }) {
  const line = Object.values(lines).find(({ parts }) => parts.includes(key));
  // Events come, but not these yet.
  return line && (servedBy !== undefined || !/^(connected|polling)$/.test(line.status)) ? line : CONNECTING;
}
