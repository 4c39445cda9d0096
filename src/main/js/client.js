import { backoff, FIRST_FRAME_MS, LONGEST_BACKOFF_MS, pause } from './basics.js';
import { createInbox } from './inbox.js';
import { createLeader } from './leader.js';
import { earlier } from './positions.js';
import { ask, readConfig } from './requests.js';
import { partsOf } from './selection.js';
import { stateOf, worst } from './states.js';
import { createTabs } from './tabs.js';

/** How long what nobody wants any more is kept: who leaves a view often comes back. */
const LEAVING_MS = 1_000;
/** How often the settings are read again for a channel that they do not have. */
const CATALOGUE_MS = 60_000;

/**
 * @param {import('./internal').Page} page
 * @param {import('./hermes-events').HermesOptions} options
 * @param {string} moduleUrl where the served file is
 * @returns {import('./hermes-events').HermesEvents}
 */
export function createClient(page, options, moduleUrl) {
  check('getToken', options?.getToken, 'function');
  check('onError', options.onError ?? report, 'function');
  const now = () => page.Date.now();
  const inbox = createInbox(report);
  /** @type {Set<(state: import('./hermes-events').HermesState) => void>} */
  const listeners = new Set();
  /** How this tab is where no line says it. @type {import('./internal').Condition | null} */
  let own = { status: 'disconnected', reason: 'idle' };
  let state = stateOf(own, undefined, now());
  /** The lines, as the leader tells of them. @type {Record<string, import('./internal').LineState>} */
  let lines = {};
  /** The tabs of this browser that share with this one; null while it is on its own. @type {ReturnType<typeof createTabs> | null} */
  let tabs = null;
  let leading = false;
  /** When the leader was last heard, and when it was asked whether it is still there. */
  let heardAt = now();
  let doubtedAt = 0;
  let tickedAt = now();
  /** When the settings were read, and whether they are being read. */
  let readAt = 0;
  let reading = false;
  /** @type {number} */
  let timer;
  /** @type {number} */
  let ticker;
  /** @type {number | undefined} */
  let closing;
  let begun = false;
  const closed = new AbortController();
  /** @type {import('./internal').Client} */
  const client = {
    page,
    config: { enabled: true, heartbeat_interval: 30, channels: {}, VITE_API_BASE_URL: '' },
    base: '',
    getToken: async (scopes) => options.getToken(scopes),
    tell,
    changed,
    checkHealth,
    divide: (line, keys, alone) => leader.divide(line, keys, alone),
  };
  const leader = createLeader(client);

  // ------ beginning and ending

  async function begin() {
    begun = true;
    become({ status: 'connecting', reason: '' });
    for (let attempt = 1; ; attempt++) {
      const given = await readConfig(page, options, moduleUrl);
      if (closed.signal.aborted) {
        return;
      }
      if (given) {
        configure(given);
        return;
      }
      become({ status: 'connecting', reason: 'no_config', attempt });
      await pause(page, backoff(page, attempt));
    }
  }

  /** @param {import('./internal').Config} given */
  function configure(given) {
    if (!(options.enabled ?? given.VITE_SSE_ENABLED)) {
      become({ status: 'disabled', reason: 'disabled' });
      return;
    }
    readAt = now();
    Object.assign(client.config, given);
    client.base = (options.baseUrl ?? given.VITE_API_BASE_URL).replace(/\/+$/, '');
    const every = Math.min(5_000, 250 * given.heartbeat_interval);
    // Late by much: the page has slept.
    ticker = page.setInterval(() => tick(now() - tickedAt > 3 * every), every);
    /** @param {any} target @param {string} name @param {(event: any) => void} listener */
    const on = (target, name, listener) => target?.addEventListener(name, listener, { signal: closed.signal });
    on(page, 'online', () => tick(true));
    on(page.document, 'visibilitychange', () => tick(!page.document.hidden));
    on(page, 'pagehide', suspend);
    on(page, 'pageshow', ({ persisted }) => persisted && join(true));
    join();
  }

  function join(missed = false) {
    const share = options.shareKey ?? options.share;
    try {
      // Only those who say that they are the same user: a token does not tell.
      if (share && page.navigator.locks) {
        heardAt = now();
        const name = `hermes-events/2 ${new URL(client.base, page.location)} ${share}`;
        tabs = createTabs(page, name, { lead, follow, hear, present, missed });
        return;
      }
    } catch {
      // Not allowed here: then each tab for itself.
    }
    lead();
  }

  function suspend() {
    tabs?.leave();
    tabs = null;
    leading = false;
    leader.end();
  }

  function end() {
    closed.abort();
    page.clearInterval(ticker);
    page.clearTimeout(timer);
    suspend();
    become({ status: 'disconnected', reason: 'closed' });
    inbox.subscriptions.clear();
  }

  /** @param {{ everywhere?: boolean }} [how] */
  function close({ everywhere } = {}) {
    if (everywhere) {
      tabs?.post({ is: 'close' });
    }
    inbox.subscriptions.clear();
    // In StrictMode React ends what it goes on to use; that is in one task.
    closing ??= page.setTimeout(end);
  }

  /** @param {boolean} woken */
  function tick(woken) {
    tickedAt = now();
    leader.check(woken);
    if ([...inbox.subscriptions].some(({ unknown }) => unknown)) {
      arrange();
    }
    // A clock may also be set back.
    const silence = Math.abs(now() - heardAt);
    const usual = state.transport === 'sse' ? 2500 * client.config.heartbeat_interval + FIRST_FRAME_MS : 3 * LONGEST_BACKOFF_MS;
    if (leading || !tabs || silence < usual || state.status === 'disconnected') {
      doubtedAt = 0;
    } else if (!doubtedAt) {
      // After a sleep its messages may still be waiting to be heard.
      doubtedAt = now();
      present();
    } else if (Math.abs(now() - doubtedAt) > FIRST_FRAME_MS) {
      heardAt = now();
      tabs.depose();
    }
  }

  // ------ leading and following

  function lead() {
    leading = true;
    tabs?.post({ is: 'who' });
    sync();
  }

  function follow() {
    leading = false;
    leader.end();
    heardAt = now();
    present();
  }

  /** Tells the leader what this tab wants and how far it has come. */
  function present(missed = false) {
    tabs?.post({ is: 'want', tab: tabs.id, parts: wanted(), missed });
  }

  /** @param {any} told */
  function hear(told) {
    const { is } = told;
    if (told.line !== undefined) {
      // Also while this tab thinks that it leads: it may have slept, and learn only later that another one does.
      heardAt = now();
      inbox.take(told);
    } else if (is === 'close') {
      end();
    } else if (leading) {
      if (is === 'want') {
        const { tab, parts, missed } = told;
        if (leader.want(tab, parts, missed)) {
          tabs?.mourn(tab, () => {
            leader.forget(tab);
            schedule(LEAVING_MS);
          });
        }
      } else if (is === 'reconnect') {
        reconnect();
      }
    } else if (is === 'who') {
      heardAt = now();
      present();
    } else if (is === 'state') {
      const before = state.transport;
      show(told.lines);
      // A frozen tab may still answer; that it is well only its heartbeats tell.
      heardAt = before === 'sse' && state.transport === before ? heardAt : now();
    }
  }

  // ------ what is wanted

  /**
   * @param {import('./hermes-events').HermesSelection} selection
   * @param {(event: any) => void} onEvent
   * @param {any} callbacks
   */
  function subscribe(selection, onEvent, { onGap, onState } = {}) {
    check('onEvent', onEvent, 'function');
    const { channels, downloadId } = selection;
    if (channels && !(Array.isArray(channels) && channels[0])) {
      throw new TypeError(`hermes-events: channels is ${channels}; allowed: names in an array, or none for all`);
    }
    if (!/^[\w.~-]{1,200}$/.test(downloadId ?? '-')) {
      throw new TypeError(`hermes-events: downloadId is ${downloadId}; allowed: [A-Za-z0-9._~-]{1,200}`);
    }
    if (closed.signal.aborted) {
      report('closed', 'subscribe');
      inbox.call(onState, state);
      return () => {};
    }
    page.clearTimeout(closing);
    closing = undefined;
    /** @type {import('./internal').Subscription} */
    const subscription = { selection, onEvent, onGap, onState, listens: [], state: stateOf({ status: 'connecting', reason: '' }, undefined, now()) };
    inbox.subscriptions.add(subscription);
    if (!begun && options.enabled !== false && (page.document || page.importScripts)) {
      begin();
    }
    schedule(0);
    return () => {
      if (inbox.subscriptions.delete(subscription)) {
        schedule(LEAVING_MS);
      }
    };
  }

  /** @param {number} ms */
  function schedule(ms) {
    page.clearTimeout(timer);
    timer = page.setTimeout(sync, ms);
  }

  /** Finds what subscriptions mean that do not know it yet. */
  function arrange() {
    for (const subscription of inbox.subscriptions) {
      if (!subscription.listens[0]) {
        try {
          subscription.listens = partsOf(subscription.selection, client.config.channels, options.types)
            .map((one) => ({ ...one, fresh: true }));
          subscription.unknown = '';
        } catch (/** @type {any} */ { code, detail }) {
          if (!subscription.unknown) {
            report(code, detail);
          }
          subscription.unknown = code;
          readAnew();
        }
      }
    }
  }

  /** A channel may have been added since this page was opened. */
  async function readAnew() {
    if (!reading && Math.abs(now() - readAt) > CATALOGUE_MS) {
      reading = true;
      const given = await readConfig(page, options, moduleUrl, true);
      readAt = now();
      reading = false;
      client.config.channels = given?.channels ?? client.config.channels;
      schedule(0);
    }
  }

  function wanted() {
    arrange();
    return [...inbox.subscriptions].flatMap(({ listens }) => listens).map(({ part, at, fresh }) => ({ ...part, at, fresh }));
  }

  /** Brings what there is to what is wanted. */
  function sync() {
    if (!client.base) {
      return;
    }
    if (leading) {
      leader.want('', wanted());
    } else {
      present();
      show(lines);
    }
  }

  function reconnect() {
    leader.start();
    if (!leading) {
      tabs?.post({ is: 'reconnect' });
    }
  }

  async function checkHealth() {
    const { status, body } = await ask(page, `${client.base}/events/health`).catch(() => /** @type {any} */ (0));
    Object.assign(client.config, status === 200 && body);
  }

  // ------ what is told

  /** @param {import('./internal').Told} told */
  function tell(told) {
    if (told.is === 'greet') {
      leader.greeted(told.keys ?? []);
    }
    tabs?.post(told);
    inbox.take(told);
  }

  /** A line has come into another state. */
  function changed() {
    if (leading) {
      const states = leader.states();
      tabs?.post({ is: 'state', lines: states });
      show(states);
    }
  }

  /** @param {Record<string, import('./internal').LineState>} states */
  function show(states) {
    lines = states;
    own = null;
    for (const { listens } of inbox.subscriptions) {
      for (const one of listens) {
        const [name, line] = Object.entries(lines).find(([, { served }]) => served.includes(one.part.key)) ?? [];
        one.served = name;
        one.at ??= line?.at;
      }
    }
    render();
  }

  /** @param {import('./internal').Condition} condition */
  function become(condition) {
    own = condition;
    render();
  }

  /** How a subscription is. @param {import('./internal').Subscription} subscription @returns {import('./internal').Condition} */
  function conditionOf({ listens, unknown }) {
    return own ?? (unknown ? { status: 'disconnected', reason: unknown } : worst(listens.map(({ part: { key }, served }) => {
      const line = Object.values(lines).find(({ parts }) => parts.includes(key));
      return line && (served !== undefined || !/^(connected|polling)$/.test(line.status)) ? line : { status: 'connecting', reason: '' };
    }))) ?? { status: 'connecting', reason: '' };
  }

  function render() {
    const subscriptions = [...inbox.subscriptions];
    const conditions = subscriptions.map(conditionOf);
    const before = state;
    state = stateOf(own ?? worst(conditions) ?? { status: 'disconnected', reason: 'idle' }, before, now());
    subscriptions.forEach((subscription, index) => {
      const last = subscription.state;
      subscription.state = stateOf(conditions[index], last, now());
      if (subscription.state !== last) {
        inbox.call(subscription.onState, subscription.state);
      }
    });
    if (state !== before) {
      listeners.forEach((listener) => inbox.call(listener, state));
    }
  }

  /** @param {string} code @param {unknown} detail */
  function report(code, detail) {
    try {
      (options.onError ?? page.console.error)({ code, detail });
    } catch {
      // There is nobody left to tell.
    }
  }

  if (options.enabled === false) {
    become({ status: 'disabled', reason: 'disabled' });
  }

  return {
    get state() {
      return state;
    },
    subscribe,
    onState(listener) {
      check('listener', listener, 'function');
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reconnect,
    close,
  };
}

/** @param {string} name @param {unknown} value @param {string} type */
function check(name, value, type) {
  if (typeof value !== type) {
    throw new TypeError(`hermes-events: ${name} is ${value}; allowed: a ${type}`);
  }
}
