import { backoff, FIRST_FRAME_MS, list, LONGEST_BACKOFF_MS, now, page, pause } from './basics.js';
import { createInbox } from './inbox.js';
import { createLine } from './line.js';
import { ask, readConfig } from './requests.js';
import { createTabs } from './tabs.js';

/** From the best to the worst: a client is as well as the worst of its lines. */
const STATUSES = ['connected', 'polling', 'connecting', 'reconnecting', 'disconnected'];
const LEAVING_MS = 1_000;

/**
 * @param {import('./hermes-events.js').HermesOptions} options
 * @param {string} moduleUrl where the served file is
 * @returns {import('./hermes-events.js').HermesEvents}
 */
export function createClient(options, moduleUrl) {
  /** @type {any} */
  let state = { status: 'connecting', transport: null, reason: 'starting', attempt: 0, backend: 'up', since: now() };
  const listeners = new Set();
  const inbox = createInbox(report);
  /** The tabs of this browser; null while this one is on its own. */
  let tabs = null;
  let leading = false;
  /** The lines of the leader, by name, and what the other tabs want of them. */
  const lines = new Map();
  const others = new Map();
  /** Whether each scope has a token of its own. */
  let single = false;
  /** When the leader was last heard, and when it was asked whether it is still there. */
  let heardAt = now();
  let doubtedAt = 0;
  let tickedAt = now();
  let timer;
  let ticker;
  const closed = new AbortController();
  const client = {
    config: { enabled: true, heartbeat_interval: 30, channels: {} },
    base: '',
    types: [],
    positions: inbox.positions,
    getToken: options.getToken,
    tell,
    changed,
    checkHealth,
    split,
    lead,
    follow,
    hear,
    present,
  };

  // ------ beginning and ending

  async function begin() {
    for (let attempt = 1; ; attempt++) {
      const given = await readConfig(options, moduleUrl);
      if (closed.signal.aborted) {
        return;
      }
      if (given) {
        configure(given);
        return;
      }
      become({ status: 'connecting', reason: 'no_config', attempt });
      await pause(backoff(attempt));
    }
  }

  function configure(given) {
    if (!(options.enabled ?? given.VITE_SSE_ENABLED)) {
      become({ status: 'disabled', reason: 'disabled' });
      return;
    }
    Object.assign(client.config, given);
    client.base = (options.baseUrl ?? given.VITE_API_BASE_URL).replace(/\/+$/, '');
    client.types = Object.keys(given.channels).flatMap(typesOf);
    const every = Math.min(5_000, 250 * given.heartbeat_interval);
    // Late by much: the page has slept.
    ticker = setInterval(() => check(now() - tickedAt > 3 * every), every);
    const on = (target, name, listener) => target?.addEventListener(name, listener, { signal: closed.signal });
    on(page, 'online', () => check(true));
    on(page.document, 'visibilitychange', () => check(!page.document.hidden));
    on(page, 'pagehide', suspend);
    on(page, 'pageshow', ({ persisted }) => persisted && join(true));
    join();
  }

  function join(missed = false) {
    try {
      if (options.share !== false && page.navigator.locks) {
        heardAt = now();
        tabs = createTabs(`hermes-events/1 ${new URL(client.base, page.location)} ${options.share ?? ''}`, { ...client, missed });
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
    follow();
  }

  function close() {
    closed.abort();
    clearInterval(ticker);
    clearTimeout(timer);
    suspend();
    inbox.subscriptions.clear();
    become({ status: 'disconnected', reason: 'closed' });
  }

  function check(woken) {
    tickedAt = now();
    lines.forEach((line) => line.check(woken));
    const silence = now() - heardAt;
    const usual = state.transport === 'sse' ? 2500 * client.config.heartbeat_interval + FIRST_FRAME_MS : 3 * LONGEST_BACKOFF_MS;
    if (leading || !tabs || silence < usual || state.status === 'disconnected') {
      doubtedAt = 0;
    } else if (!doubtedAt) {
      // After a sleep its messages may still be waiting to be heard.
      doubtedAt = now();
      present();
    } else if (now() - doubtedAt > FIRST_FRAME_MS) {
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
    lines.forEach((line) => line.close());
    lines.clear();
    others.clear();
    heardAt = now();
    present();
  }

  /** Tells the leader what this tab wants and how far it has come. */
  function present(missed = false) {
    const specs = [...inbox.subscriptions].map(({ spec }) => spec);
    tabs?.post({ is: 'want', tab: tabs.id, specs, positions: inbox.positions, missed });
  }

  function hear(told) {
    const { is } = told;
    if (told.line !== undefined) {
      // Also while this tab thinks that it leads: it may have slept, and learn only later that another one does.
      heardAt = now();
      inbox.take(told);
    } else if (leading) {
      if (is === 'want') {
        wanted(told);
      } else if (is === 'reconnect') {
        reconnect();
      }
    } else if (is === 'who') {
      heardAt = now();
      present();
    } else if (is === 'state') {
      // A frozen tab may still answer; that it is well only its heartbeats tell.
      heardAt = told.state.transport === 'sse' && state.transport === 'sse' ? heardAt : now();
      single = told.single;
      for (const line in told.positions) {
        inbox.positions[line] = told.positions[line] && (inbox.positions[line] ?? told.positions[line]);
      }
      arrange();
      become(told.state);
    }
  }

  function wanted({ tab, specs, positions, missed }) {
    if (!others.has(tab)) {
      tabs.mourn(tab, () => {
        others.delete(tab);
        schedule(LEAVING_MS);
      });
    }
    others.set(tab, specs);
    sync();
    for (const [name, line] of lines) {
      line.rewind(positions[name], missed);
    }
  }

  // ------ what is wanted

  function subscribe({ channels, downloadId, filters = {} }, onEvent, { onGap } = {}) {
    if (!/^[\w.~-]{1,200}$/.test(downloadId ?? '-')) {
      report('bad_request', `downloadId ${downloadId}`);
      return () => {};
    }
    const spec = { of: Math.random(), channels, downloadId, filters };
    const subscription = { spec, onEvent, onGap, fresh: true, listens: [] };
    inbox.subscriptions.add(subscription);
    schedule(0);
    return () => inbox.subscriptions.delete(subscription) && schedule(LEAVING_MS);
  }

  function schedule(ms) {
    clearTimeout(timer);
    timer = setTimeout(sync, ms);
  }

  const typesOf = (channel) => [client.config.channels[channel]?.type, ...(options.types?.[channel] ?? [])];

  /** What a subscription listens to, channel by channel. */
  function listensOf({ of, channels, downloadId, filters }) {
    const catalogue = client.config.channels;
    const usual = Object.keys(catalogue).filter((name) => !downloadId || catalogue[name].on_connect === 'snapshot');
    return (channels ?? usual).map((name) => {
      // One that nobody knows is the server's to refuse, with what there is.
      const channel = catalogue[name] ?? { scope: name, filters: [] };
      const wanted = downloadId ? { ...filters, [channel.key ?? 'download_id']: downloadId } : filters;
      const scope = channel.scope.replace('<id>', downloadId ?? '*');
      const tests = Object.entries(wanted).filter(([field]) => channel.filters.includes(field));
      return {
        name,
        scope,
        line: single ? scope : '',
        types: typesOf(name),
        filters: wanted,
        wants: (data) => tests.every(([field, values]) => list(values).split(',').includes(String(data[field]))),
        of: of + name,
        greeting: { 'last-event': `stream?channels=${name}`, snapshot: downloadId && `${channel.route}/${downloadId}` }[channel.on_connect],
      };
    });
  }

  function arrange() {
    inbox.subscriptions.forEach((subscription) => (subscription.listens = listensOf(subscription.spec)));
  }

  /** Brings what there is to what is wanted. */
  function sync() {
    if (!client.types[0]) {
      return;
    }
    arrange();
    if (!leading) {
      present();
      return;
    }
    const demands = new Map();
    for (const one of [...[...inbox.subscriptions].map(({ spec }) => spec), ...[...others.values()].flat()].flatMap(listensOf)) {
      demands.set(one.line, [...(demands.get(one.line) ?? []), one]);
    }
    for (const [name, line] of lines) {
      if (!demands.has(name)) {
        line.close();
        lines.delete(name);
        inbox.positions[name] = undefined;
      }
    }
    for (const [name, demand] of demands) {
      if (!lines.has(name)) {
        lines.set(name, createLine(client, name));
      }
      lines.get(name).want(demandOf(demand));
    }
    changed();
  }

  function demandOf(listens) {
    const unique = (values) => [...new Set(values)].sort();
    // Filters that all have in common are the server's work.
    const [filters, differ] = unique(listens.map((one) => JSON.stringify(one.filters)));
    const query = { channels: list(unique(listens.map(({ name }) => name))) };
    Object.entries(differ ? {} : JSON.parse(filters)).forEach(([field, values]) => (query[field] = list(values)));
    return {
      query,
      scopes: unique(listens.map(({ scope }) => scope)),
      greetings: listens.filter(({ greeting }) => greeting),
    };
  }

  /** No token carries all scopes at once: from now on each has its own. */
  function split() {
    single = true;
    lines.get('').scopes().forEach((scope) => (inbox.positions[scope] = inbox.positions['']));
    sync();
  }

  async function checkHealth() {
    const { status, body } = await ask(`${client.base}/events/health`).catch(() => /** @type {any} */ (0));
    Object.assign(client.config, status === 200 && body);
  }

  // ------ what is told

  function tell(told) {
    tabs?.post(told);
    inbox.take(told);
  }

  /** A line has come into another state. */
  function changed() {
    if (leading) {
      const states = [...lines.values()].map((line) => line.state());
      const [worst] = states.sort((a, b) => STATUSES.indexOf(b.status) - STATUSES.indexOf(a.status));
      const backend = states.some((one) => one.backend === 'down') ? 'down' : 'up';
      become({ status: 'disconnected', reason: 'idle', ...worst, backend });
      tabs?.post({ is: 'state', state, single, positions: inbox.positions });
    }
  }

  function become({ status, reason, attempt = 0, backend = 'up' }) {
    const transport = { connected: 'sse', polling: 'poll' }[status] ?? null;
    const next = { status, transport, reason, attempt, backend, since: status === state.status ? state.since : now() };
    if (JSON.stringify(next) !== JSON.stringify(state)) {
      state = next;
      listeners.forEach((listener) => inbox.call(listener, state));
    }
  }

  function report(code, detail) {
    try {
      (options.onError ?? console.error)({ code, detail });
    } catch {
      // There is nobody left to tell.
    }
  }

  function reconnect() {
    lines.forEach((line) => line.start());
    if (!leading) {
      tabs?.post({ is: 'reconnect' });
    }
  }

  if (options.enabled === false) {
    become({ status: 'disabled', reason: 'disabled' });
  } else if (page.document || page.importScripts) {
    begin();
  }

  return {
    get state() {
      return state;
    },
    subscribe,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reconnect,
    close,
  };
}
