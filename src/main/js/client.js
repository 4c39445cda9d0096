import { backoff, pause } from './basics.js';
import { createInbox } from './inbox.js';
import { createLeader } from './leader.js';
import { ask, readConfig } from './requests.js';
import { partsOf } from './selection.js';
import { createSharing, LEAVING_MS } from './sharing.js';
import { createShown } from './shown.js';

/** How often the settings are read again for a channel that they do not have. */
const CATALOGUE_MS = 60_000;

/**
 * @param {import('./internal').Page} page
 * @param {import('./hermes-events').HermesOptions} options
 * @param {string} moduleUrl where the served file is
 * @returns {import('./hermes-events').HermesEvents}
 */
export function createClient(page, options, moduleUrl) {
  checkFunction('getToken', options?.getToken);
  checkFunction('onError', options.onError ?? report);
  const now = () => page.Date.now();
  const inbox = createInbox(report);
  const shown = createShown(inbox, now);
  const { become, show } = shown;
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
  const sharing = createSharing(client, options, { inbox, leader, shown, wanted, sync, schedule, end, reconnect });

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
    on(page, 'pagehide', sharing.suspend);
    on(page, 'pageshow', ({ persisted }) => persisted && sharing.join(true));
    sharing.join();
  }

  function end() {
    closed.abort();
    page.clearInterval(ticker);
    page.clearTimeout(timer);
    sharing.suspend();
    become({ status: 'disconnected', reason: 'closed' });
    inbox.subscriptions.clear();
  }

  /** @param {{ everywhere?: boolean }} [how] */
  function close({ everywhere } = {}) {
    if (everywhere) {
      sharing.post({ is: 'close' });
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
    sharing.watch();
  }

  // ------ what is wanted

  /**
   * @param {import('./hermes-events').HermesSelection} selection
   * @param {(event: any) => void} onEvent
   * @param {any} callbacks
   */
  function subscribe(selection, onEvent, { onGap, onState } = {}) {
    checkFunction('onEvent', onEvent);
    const { channels, downloadId } = selection;
    if (channels && !(Array.isArray(channels) && channels[0])) {
      refuse('channels', channels, 'names in an array, or none for all');
    }
    if (!/^[\w.~-]{1,200}$/.test(downloadId ?? '-')) {
      refuse('downloadId', downloadId, '[A-Za-z0-9._~-]{1,200}');
    }
    if (closed.signal.aborted) {
      report('closed', 'subscribe');
      inbox.call(onState, shown.state());
      return () => {};
    }
    page.clearTimeout(closing);
    closing = undefined;
    /** @type {import('./internal').Subscription} */
    const subscription = { selection, onEvent, onGap, onState, listens: [], state: shown.first() };
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
    if (sharing.leads()) {
      leader.want('', wanted());
    } else {
      sharing.present();
      show();
    }
  }

  function reconnect() {
    leader.start();
    if (!sharing.leads()) {
      sharing.post({ is: 'reconnect' });
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
    sharing.post(told);
    inbox.take(told);
  }

  /** A line has come into another state. */
  function changed() {
    if (sharing.leads()) {
      const states = leader.states();
      sharing.post({ is: 'state', lines: states });
      show(states);
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
      return shown.state();
    },
    subscribe,
    onState(listener) {
      checkFunction('listener', listener);
      shown.listeners.add(listener);
      return () => shown.listeners.delete(listener);
    },
    reconnect,
    close,
  };
}

/** @param {string} name @param {unknown} value @param {string} allowed */
function refuse(name, value, allowed) {
  throw new TypeError(`hermes-events: ${name} is ${value}; allowed: ${allowed}`);
}

/** @param {string} name @param {unknown} value */
function checkFunction(name, value) {
  if (typeof value !== 'function') {
    refuse(name, value, 'a function');
  }
}
