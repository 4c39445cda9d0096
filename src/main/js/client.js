import { backoff, pause } from './basics.js';
import { call, report, take } from './inbox.js';
import { checkLines, createLeader, divide, forgetFresh, statesOfLines } from './leader.js';
import { readConfig } from './requests.js';
import { join, LEAVING_MS, post, reconnect, suspend, sync, watch } from './sharing.js';
import { become, CONNECTING, IDLE, show } from './shown.js';
import { stateOf } from './states.js';
import { arrange } from './wishes.js';

/** @import { HermesEvents, HermesOptions, HermesSelection } from './hermes-events' */
/** @import { Config, Page, Subscription, Tab, Told } from './internal' */

/** What options are, where they are given. */
const KINDS = {
  onError: 'function',
  baseUrl: 'string',
  configUrl: 'string',
  enabled: 'boolean',
  shareKey: 'string',
  types: 'object',
};

/**
 * @param {Page} page
 * @param {HermesOptions} options
 * @param {string} moduleUrl where the served file is
 * @returns {HermesEvents}
 */
export function createClient(page, options, moduleUrl) {
  checkKind('getToken', options?.getToken, 'function');
  for (const [name, kind] of Object.entries(KINDS)) {
    checkKind(name, options[/** @type {keyof HermesOptions} */ (name)], kind, true);
  }
  for (const [channel, types] of Object.entries(options.types ?? {})) {
    checkNames(`types of ${channel}`, types);
  }
  const tab = createTab(page, options, moduleUrl);
  if (options.enabled === false) {
    become(tab, 'disabled', 'disabled');
  }
  return {
    get state() {
      return tab.shown;
    },
    subscribe: (/** @type {[any, any, any?]} */ ...given) => subscribe(tab, ...given),
    onState(listener) {
      checkKind('listener', listener, 'function');
      tab.listeners.add(listener);
      return () => tab.listeners.delete(listener);
    },
    reconnect: () => reconnect(tab),
    close({ everywhere } = {}) {
      if (everywhere) {
        post(tab, { is: 'close' });
      }
      tab.subscriptions.clear();
      // In StrictMode React ends what it goes on to use; that is in one task.
      tab.closeTimer ??= page.setTimeout(() => tab.ended.abort());
    },
  };
}

/** @param {Page} page @param {HermesOptions} options @param {string} moduleUrl @returns {Tab} */
function createTab(page, options, moduleUrl) {
  const now = page.Date.now();
  /** @type {Tab} */
  const tab = {
    page,
    options,
    moduleUrl,
    config: /** @type {Config} */ ({}),
    base: '',
    readAt: now,
    tickedAt: now,
    ended: new AbortController(),
    subscriptions: new Set(),
    gaps: {},
    listeners: new Set(),
    own: IDLE,
    shown: stateOf(IDLE, undefined, now),
    lineStates: {},
    leader: createLeader(),
    heardAt: now,
    tell: (told) => tell(tab, told),
    changed: () => changed(tab),
    divide: (...how) => divide(tab, ...how),
    schedule(ms) {
      page.clearTimeout(tab.syncTimer);
      tab.syncTimer = page.setTimeout(() => sync(tab), ms);
    },
  };
  tab.ended.signal.addEventListener('abort', () => {
    page.clearTimeout(tab.syncTimer);
    suspend(tab);
    // What is still under way brings nothing back.
    tab.base = '';
    become(tab, 'disconnected', 'closed');
    tab.subscriptions.clear();
  });
  return tab;
}

// ------ beginning

/** @param {Tab} tab */
async function begin(tab) {
  const { page, options, moduleUrl, ended } = tab;
  tab.begun = true;
  become(tab, 'connecting', '');
  for (let attempt = 1; !ended.signal.aborted; attempt++) {
    const given = await readConfig(page, options, moduleUrl);
    if (ended.signal.aborted) {
      return;
    }
    if (given) {
      configure(tab, given);
      return;
    }
    become(tab, 'connecting', 'no_config', attempt);
    await pause(page, backoff(page, attempt));
  }
}

/** @param {Tab} tab @param {Config} given */
function configure(tab, given) {
  const { page, options, ended: { signal } } = tab;
  if (!(options.enabled ?? given.VITE_SSE_ENABLED)) {
    become(tab, 'disabled', 'disabled');
    return;
  }
  tab.readAt = page.Date.now();
  Object.assign(tab.config, given);
  tab.base = (options.baseUrl ?? given.VITE_API_BASE_URL).replace(/\/+$/, '');
  const every = Math.min(5_000, 250 * given.heartbeat_interval);
  // Late by much: the page has slept.
  const ticker = page.setInterval(() => tick(tab, page.Date.now() - tab.tickedAt > 3 * every), every);
  signal.addEventListener('abort', () => page.clearInterval(ticker));
  /** @param {any} target @param {string} name @param {(event: any) => void} listener */
  const on = (target, name, listener) => target?.addEventListener(name, listener, { signal });
  on(page, 'online', () => tick(tab, true));
  on(page.document, 'visibilitychange', () => tick(tab, !page.document.hidden));
  on(page, 'pagehide', () => suspend(tab));
  on(page, 'pageshow', ({ persisted }) => persisted && join(tab, true));
  join(tab);
}

/** Looks whether all is as it seems. @param {Tab} tab @param {boolean} woken */
function tick(tab, woken) {
  tab.tickedAt = tab.page.Date.now();
  checkLines(tab.leader, woken);
  arrange(tab);
  watch(tab);
}

// ------ what is wanted

/**
 * @param {Tab} tab
 * @param {HermesSelection} selection
 * @param {(event: any) => void} onEvent
 * @param {any} [callbacks]
 */
function subscribe(tab, selection, onEvent, { onGap, onState } = {}) {
  const { channels, downloadId, filters } = selection;
  checkKind('onEvent', onEvent, 'function');
  checkKind('onGap', onGap, 'function', true);
  checkKind('onState', onState, 'function', true);
  checkKind('filters', filters, 'object', true);
  if (channels) {
    checkNames('channels', channels);
  }
  if (!/^[\w.~-]{1,200}$/.test(downloadId ?? '-')) {
    refuse('downloadId', downloadId, '[A-Za-z0-9._~-]{1,200}');
  }
  const { page, subscriptions } = tab;
  if (tab.ended.signal.aborted) {
    report(tab, 'closed', 'subscribe');
    call(tab, onState, tab.shown);
    return () => {};
  }
  page.clearTimeout(tab.closeTimer);
  tab.closeTimer = undefined;
  /** @type {Subscription} */
  const subscription = { selection, onEvent, onGap, onState, listens: [], state: stateOf(CONNECTING, undefined, page.Date.now()) };
  subscriptions.add(subscription);
  if (!tab.begun && tab.options.enabled !== false && (page.document || page.importScripts)) {
    begin(tab);
  }
  tab.schedule(0);
  return () => {
    if (subscriptions.delete(subscription)) {
      tab.schedule(LEAVING_MS);
    }
  };
}

// ------ what is told

/** @param {Tab} tab @param {Told} told */
function tell(tab, told) {
  if (told.is === 'greet') {
    forgetFresh(tab.leader, told.keys ?? []);
  }
  post(tab, told);
  take(tab, told);
}

/** A line has come into another state. @param {Tab} tab */
function changed(tab) {
  if (tab.leading) {
    const lines = statesOfLines(tab.leader);
    post(tab, { is: 'state', lines });
    if (show(tab, lines)) {
      tab.schedule(0);
    }
  }
}

/** @param {string} name @param {unknown} value @param {string} allowed */
function refuse(name, value, allowed) {
  throw new TypeError(`hermes-events: ${name} is ${value}; allowed: ${allowed}`);
}

/** @param {string} name @param {unknown} value @param {string} kind @param {boolean} [optional] */
function checkKind(name, value, kind, optional) {
  if (typeof value !== kind && !(optional && value == null)) {
    refuse(name, value, `a value of type ${kind}`);
  }
}

/** @param {string} name @param {unknown} value */
function checkNames(name, value) {
  if (!Array.isArray(value) || !value[0]) {
    refuse(name, value, 'names in an array');
  }
}
