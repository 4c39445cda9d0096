/**
 * Events of a Hermes gateway in the browser: one connection for all tabs, resumed without loss, with polling where streams
 * do not get through. Types are in hermes-events.d.ts; use, states and options in src/site/markdown/browser.md.
 *
 * From top to bottom: positions, requests, the inbox of a tab, one stream, a line (the connection that one token pays for),
 * the tabs of a browser, the client that ties them together. Each is a function over its own state.
 *
 * @typedef {import('./hermes-events.js').HermesOptions} HermesOptions
 * @typedef {import('./hermes-events.js').HermesEvents} HermesEvents
 */

/** Frames that are no events. No event type is ever named so. */
const CONTROL = ['connected', 'heartbeat', 'gap', 'closing', 'backend', 'token_expiring', 'unavailable'];

/** From the best to the worst: a client is as well as the worst of its lines. */
const STATUSES = ['connected', 'polling', 'connecting', 'reconnecting', 'disconnected'];

const PERMANENT = { 400: 'bad_request', 401: 'unauthorized', 403: 'forbidden' };
const ATTEMPTS_BEFORE_POLLING = 10;
const POLL_WAIT_S = 25;
const POLL_LIMIT = 1000;
const PATIENCE_MS = 15_000;
const FIRST_FRAME_MS = 5_000;
const SNAPSHOT_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
const LEAVING_MS = 1_000;

const page = /** @type {any} */ (globalThis);
const now = () => Date.now();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const list = (values) => [values].flat().join();

/** Full jitter, 1 s doubling to 30 s: clients that failed together must not come back together. */
const backoff = (attempt) => Math.random() * Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** attempt);

// ------------------------------------------------------------------------------------------------------------ positions

/** Negative, 0 or positive as position a is before, at or after b; NaN where they are not of one log. */
function compare(a, b) {
  const [x, y] = [a, b].map((id) => /^(m?)(\d+)-(\d+)$/.exec(id));
  return x && y && x[1] === y[1] ? +x[2] - +y[2] || +x[3] - +y[3] : NaN;
}

// ------------------------------------------------------------------------------------------------------------- requests

/** What a server answers, whatever it is; rejects only when nothing readable comes. A stream is cut off after its head. */
async function ask(url, accept = 'application/json', ms = PATIENCE_MS, control = new AbortController()) {
  const timer = setTimeout(() => control.abort(), ms);
  try {
    const answer = await fetch(url, { cache: 'no-store', headers: { accept }, signal: control.signal });
    const { status, headers } = answer;
    const body = /json/.test(headers.get('content-type')) ? await answer.json() : null;
    const code = String(body?.code ?? `http_${status}`).toLowerCase();
    return { status, code, body, wait: 1000 * /** @type {any} */ (headers.get('retry-after')) || undefined };
  } finally {
    clearTimeout(timer);
    control.abort();
  }
}

/** What the gateway says of itself: on this page, beside this module, or where the API is. Undefined if nowhere. */
async function readConfig(/** @type {HermesOptions} */ { baseUrl, configUrl }) {
  if (page.__HERMES__) {
    return page.__HERMES__;
  }
  const beside = configUrl ?? import.meta.url.replace(/[^/]*$/, 'hermes-events-config.js');
  for (const url of [beside, new URL('/hermes-events-config.js', new URL(baseUrl ?? '/', page.location))]) {
    try {
      const text = await (await fetch(url, { cache: 'no-store' })).text();
      // Read, not run: that needs no permission to run scripts, and can be done again.
      return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    } catch {
      // The next place.
    }
  }
}

// ------------------------------------------------------------------------------------------------------------ the inbox

/** What a tab has received: each event once, in order, to whom it concerns. */
function createInbox(report) {
  /** @type {Set<any>} */
  const subscriptions = new Set();
  /** How far each line has come. @type {Record<string, string>} */
  const positions = {};
  let lastGap = '';

  function call(callback, value) {
    try {
      callback?.(value);
    } catch (failure) {
      report('callback_threw', failure);
    }
  }

  function gap({ line, gap: { reason, resumed_at: at }, gap: told }) {
    // A hole is an entry of the log, and replayed like one. After any other gap the stream goes on where that says.
    if (lastGap !== (lastGap = reason + at) && !(reason === 'source_hole' && compare(at, positions[line]) <= 0)) {
      positions[line] = at;
      for (const { spec, listens, onGap } of [...subscriptions]) {
        const channels = listens.filter((one) => one.line === line).map(({ name }) => name);
        if (channels[0]) {
          call(onGap, { ...told, channels, downloadId: spec.downloadId });
        }
      }
    }
  }

  function deliver({ line, id, type, channel, data, timestamp }) {
    for (const subscription of [...subscriptions]) {
      const from = subscription.listens.filter((one) =>
        one.line === line && (channel ? one.name === channel : one.types.includes(type)) && one.wants(data));
      // Without an id it says where things stand, which only those need who know nothing yet.
      if (from[0] && (id || subscription.fresh)) {
        subscription.fresh = false;
        call(subscription.onEvent, { id: id || null, channel: from[1] ? channel : from[0].name, type, data, timestamp });
      }
    }
  }

  function take(told) {
    const { is, line, id } = told;
    if (is === 'error') {
      report(told.code, told.detail);
    } else if (is === 'gap') {
      gap(told);
    } else if (!id || told.backwards || !(compare(id, positions[line]) <= 0)) {
      positions[line] = id || positions[line];
      if (is === 'event') {
        deliver(told);
      }
    }
  }

  return { subscriptions, positions, take, call };
}

// ----------------------------------------------------------------------------------------------------------- one stream

/** An EventSource. Tells what comes, decides nothing, and is silent once closed. */
function createStream(url, types, heard, lost) {
  const source = new EventSource(url);
  const stream = {
    seen: now(),
    frames: 0,
    /** Whether a heartbeat came, so that the way is known to be open. */
    proven: false,
    /** How long the browser may be silent while it reconnects; 0 while connected. */
    away: 0,
    reason: '',
    held: null,
    close() {
      source.close();
      heard = lost = () => {};
    },
  };
  let last = '';
  source.onopen = () => (stream.seen = now());
  source.onerror = () => lost(stream, source.readyState === 2);
  for (const type of new Set([...CONTROL, ...types])) {
    source.addEventListener(type, ({ lastEventId, data: text }) => {
      const control = CONTROL.includes(type);
      // The browser repeats the last id for a frame that has none.
      const id = control || lastEventId !== last ? lastEventId : '';
      const backwards = !control && compare(id, last) < 0;
      last = lastEventId;
      stream.seen = now();
      stream.frames++;
      stream.away = 0;
      let data;
      try {
        data = JSON.parse(text);
      } catch {
        // Then it is no object either.
      }
      const readable = data && typeof data === 'object';
      heard(stream, readable || control ? type : '', id, readable ? data : { type }, backwards);
    });
  }
  return stream;
}

// --------------------------------------------------------------------------------------------------------------- a line

/**
 * The connection that one token pays for.
 * @param {any} client what all lines share
 * @param {string} line its name
 */
function createLine(client, line) {
  let demand = { query: {}, scopes: [], greetings: [] };
  /** The stream in use; the one that takes its place as soon as it is connected. */
  let source = null;
  let candidate = null;
  /** The polling loop, there while streams do not get through, and why they do not. */
  let poll = null;
  let polledAt = 0;
  let doubt = '';
  /** The token and what it is for, also while it is being asked for. */
  let held = null;
  let refusedOnce = false;
  /** Failures since events last flowed, and whether they ever did. */
  let attempt = 0;
  let once = client.positions[line] !== undefined;
  /** The wait before the next attempt, and whether it may be cut short: not where the server said how long. */
  let timer;
  let impatient = false;
  let renewal;
  /** Tells what is still under way from what is no longer wanted. */
  let turn = 0;
  let greeted = [];
  /** What was handed on last. It is behind the position while a tab that was away is told again what it missed. */
  let handed;

  /** The position from which on all tabs have been told everything. */
  let floor;
  let state = { status: 'connecting', reason: '', backend: 'up' };

  const cursor = () => handed ?? client.positions[line];
  const tell = (is, what) => client.tell({ is, line, ...what });
  const interval = () => 1000 * client.config.heartbeat_interval;

  function set(status, reason = '', backend = state.backend) {
    const shown = status === 'reconnecting' && !once ? 'connecting' : status;
    state = { status: shown, reason, attempt, backend };
    client.changed();
  }

  function flowing(status, reason) {
    attempt = 0;
    once = true;
    refusedOnce = false;
    set(status, reason, 'up');
  }

  /** Says what is wanted from now on. */
  function want(wanted) {
    const same = JSON.stringify(demand.query) === JSON.stringify(wanted.query);
    demand = wanted;
    if (same && covered()) {
      greet();
    } else {
      start();
    }
  }

  function start() {
    refusedOnce = false;
    attempt = 0;
    floor ??= cursor();
    if (!page.EventSource) {
      fallBack('no_eventsource');
    } else if (!client.config.enabled) {
      fallBack('disabled');
    } else {
      open();
    }
  }

  /** A tab is that far, or has missed what came after that. */
  function rewind(position, missed) {
    if (compare(position, missed ? cursor() : floor) < 0) {
      floor = handed = position;
      close();
      start();
    }
  }

  function close() {
    turn++;
    impatient = false;
    clearTimeout(timer);
    clearTimeout(renewal);
    endStreams();
    endPoll();
  }

  function stop(reason, detail) {
    close();
    set('disconnected', reason);
    tell('error', { code: reason, detail });
  }

  // ------ the token

  const covered = () => held && demand.scopes.every((scope) => held.scopes.includes(scope));

  /** Asked for once, however many need it; rejects when there is none. */
  function token() {
    if (!covered()) {
      const own = (held = { scopes: demand.scopes, token: null });
      own.token = Promise.race([
        pause(PATIENCE_MS).then(() => Promise.reject('late')),
        (async () => client.getToken(own.scopes))().then((given) => {
          const text = given?.token ?? given;
          if (!text?.length) {
            throw { permanent: 'no_token' };
          }
          clearTimeout(renewal);
          if (given.ttl) {
            // By its length, not by its end: this clock may be wrong.
            renewal = setTimeout(() => renew(own), 900 * given.ttl);
          }
          return text;
        }),
      ]);
      own.token.catch(() => (held = held === own ? null : held));
    }
    return held.token;
  }

  function renew(own) {
    if (own && own === held) {
      held = null;
      if (!poll) {
        open();
      }
    }
  }

  async function url(path, query) {
    return `${client.base}/events/${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ ...query, token: await token() })}`;
  }

  // ------ streams

  const streamUrl = () => url('stream', { ...demand.query, ...(cursor() && { last_event_id: cursor() }) });

  function drop(stream) {
    stream?.close();
    source = source === stream ? null : source;
    candidate = candidate === stream ? null : candidate;
  }

  function endStreams() {
    drop(source);
    drop(candidate);
  }

  /** Opens a stream beside whatever there is; `unsure` asks first whether the server has streams at all. */
  async function open(unsure = false) {
    clearTimeout(timer);
    impatient = false;
    const own = ++turn;
    drop(candidate);
    if (!source && !poll) {
      set('reconnecting', state.reason);
    }
    try {
      if (unsure) {
        await client.checkHealth();
      }
      const address = await streamUrl();
      if (own === turn) {
        if (unsure && !client.config.enabled) {
          fallBack('disabled');
        } else {
          candidate = createStream(address, client.types, heard, lost);
          candidate.held = held;
        }
      }
    } catch (failure) {
      if (own === turn && !ended(failure)) {
        failed('token_failed');
      }
    }
  }

  /** Tells why there is no token. Without one a stream in use may still do. */
  function ended(failure) {
    if (failure?.permanent && !source) {
      stop(failure.permanent);
      return true;
    }
    tell('error', { code: 'token', detail: String(failure?.message ?? failure) });
  }

  function heard(from, type, id, data, backwards) {
    if (from === source) {
      handed = id || handed;
    }
    if (type === 'connected' || type === 'heartbeat') {
      alive(from, type === 'heartbeat', id);
    } else if (type === 'gap') {
      tell(type, { gap: data });
    } else if (type === 'closing') {
      closing(from, data);
    } else if (type === 'unavailable') {
      from.reason = String(data.code).toLowerCase();
      if (from.reason === 'sse_disabled') {
        fallBack('disabled');
      }
    } else if (type === 'backend') {
      set(state.status, state.reason, data.state);
    } else if (type === 'token_expiring') {
      renew(from.held);
    } else if (!type) {
      tell('error', { code: 'bad_frame', detail: `${data.type} ${id}` });
      tell('position', { id });
    } else if (id) {
      if (backwards) {
        tell('error', { code: 'id_backwards', detail: id });
      }
      tell('event', { id, type, data, backwards });
    }
  }

  function alive(from, heartbeat, id) {
    from.proven ||= heartbeat;
    from.reason = '';
    floor ??= id;
    tell('position', { id });
    if (from === candidate && (heartbeat || doubt !== 'buffered')) {
      drop(source);
      source = from;
      candidate = null;
      handed = id;
      doubt = '';
      endPoll();
      flowing('connected');
      greet();
    } else if (from === source && state.status !== 'connected') {
      flowing('connected');
    }
  }

  function closing(from, { reason, reconnect_after_ms: wait }) {
    from.reason = reason;
    from.away = wait;
    if (reason === 'disabled') {
      fallBack(reason);
    } else if (/^token/.test(reason) && from === source) {
      held = null;
      endStreams();
      set('reconnecting', reason);
      later(wait, true);
    }
  }

  function lost(from, gaveUp) {
    if (gaveUp || !from.frames) {
      drop(from);
      if (gaveUp) {
        diagnose();
      } else {
        failed(from.reason || 'unreachable');
      }
      return;
    }
    // The browser comes back by itself, with its own cursor, and when the server said.
    from.seen = now();
    from.away = (from.away || FIRST_FRAME_MS) + PATIENCE_MS;
    from.frames = 0;
    from.proven = false;
    if (!poll && (from === source || !source)) {
      attempt++;
      set('reconnecting', from.reason || 'connection_lost');
      if (attempt >= ATTEMPTS_BEFORE_POLLING) {
        fallBack(state.reason);
      }
    }
  }

  /** An EventSource keeps the server's answer to itself, so it is asked for once more. */
  async function diagnose() {
    const own = ++turn;
    const answer = await streamUrl().then((address) => ask(address, 'text/event-stream, application/json')).catch(() => null);
    if (own === turn) {
      if (answer) {
        refused(answer);
      } else {
        failed('unreachable');
      }
    }
  }

  /** Some answers are for good. All others pass, also what a proxy says in the middle of a deployment. */
  function refused({ status, code, body, wait }) {
    if (code === 'sse_disabled') {
      fallBack('disabled');
    } else if (status === 401 && !refusedOnce) {
      refusedOnce = true;
      held = null;
      failed('unauthorized', 0);
    } else if (status === 403 && demand.scopes.length > 1) {
      client.split();
    } else if (PERMANENT[status]) {
      stop(PERMANENT[status], body?.detail);
    } else {
      failed(code, wait);
    }
  }

  function failed(reason, wait = backoff(attempt + 1)) {
    if (poll) {
      probe();
      return;
    }
    attempt++;
    if (source) {
      later(wait);
      return;
    }
    set('reconnecting', page.navigator.onLine === false ? 'offline' : reason);
    if (attempt >= ATTEMPTS_BEFORE_POLLING) {
      fallBack(reason);
    } else {
      later(wait);
    }
  }

  function later(ms, byServer = false) {
    clearTimeout(timer);
    impatient = !byServer;
    timer = setTimeout(() => open(!!poll), ms);
  }

  /** Looks whether all is as it seems; `woken` when the page may have slept. */
  function check(woken) {
    for (const stream of [source, candidate]) {
      if (stream) {
        // A clock that was set back would hide a silence.
        stream.seen = Math.min(stream.seen, now());
        if (now() - stream.seen > (stream.away || Math.max(2.5 * interval(), stream.frames ? 0 : FIRST_FRAME_MS))) {
          silent(stream, woken);
        }
      }
    }
    if (woken && poll && now() - polledAt > 1000 * POLL_WAIT_S + FIRST_FRAME_MS) {
      endPoll();
      polling();
    }
    if (woken && impatient) {
      open();
    }
  }

  function silent(stream, woken) {
    drop(stream);
    if (source || poll) {
      failed('silent');
    } else if (woken || stream.proven || stream.away) {
      attempt++;
      set('reconnecting', 'silent');
      open(true);
    } else {
      fallBack('buffered');
    }
  }

  // ------ polling

  /** The same events from the same position by /poll, until a stream gets through again. */
  function fallBack(reason) {
    turn++;
    doubt = reason;
    endStreams();
    if (!poll) {
      polling();
    }
    if (reason !== 'no_eventsource') {
      probe();
    }
  }

  /** When to try a stream again: the flag may come back at any time, a proxy changes rarely. */
  function probe() {
    later(interval() * (doubt === 'disabled' ? 1 : 4) * (0.8 + 0.2 * Math.random()), true);
  }

  function endPoll() {
    poll?.abort();
    poll = null;
  }

  async function polling() {
    const own = (poll = { abort() {} });
    while (poll === own) {
      await pause(await pollOnce(own).catch((failure) => (poll === own ? pollFailed(failure) : 0)));
    }
  }

  /** Resolves with the milliseconds to wait before the next one. */
  async function pollOnce(own) {
    const after = cursor();
    // The first one shows that this way works.
    const wait = state.status === 'polling' ? POLL_WAIT_S : 0;
    const address = await url('poll', { ...demand.query, limit: POLL_LIMIT, ...(after && { after, wait }) });
    const request = new AbortController();
    own.abort = () => request.abort();
    polledAt = now();
    const answer = await ask(address, undefined, 1000 * POLL_WAIT_S + PATIENCE_MS, request);
    if (poll !== own) {
      return 0;
    }
    const { status, body } = answer;
    if (status === 200 && body?.events) {
      takePage(body);
      // What says nothing, and says so at once, would be asked for in circles.
      return body.last_id === after && now() - polledAt < 1000 ? 1000 : 0;
    }
    if (PERMANENT[status]) {
      refused(answer);
      return 0;
    }
    throw answer;
  }

  function pollFailed(failure) {
    if (failure?.permanent && ended(failure)) {
      return 0;
    }
    attempt++;
    set('reconnecting', failure?.status ? failure.code : 'unreachable');
    return failure?.wait ?? backoff(attempt);
  }

  function takePage({ events, gap, last_id: position }) {
    handed = position;
    floor ??= position;
    if (state.status !== 'polling' || state.reason !== doubt) {
      flowing('polling', doubt);
    }
    if (gap) {
      tell('gap', { gap });
    }
    for (const { event: type, ...event } of events) {
      if (client.types.includes(type)) {
        tell('event', { type, ...event });
      } else {
        // A stream would not have heard it, and which of the two there is must make no difference.
        tell('error', { code: 'unknown_type', detail: type });
      }
    }
    tell('position', { id: position });
  }

  // ------ where things stand

  /** For those who have just begun to listen: what a stream that does not resume begins with. */
  async function greet() {
    if (source && state.status === 'connected') {
      const unknown = demand.greetings.filter(({ of }) => !greeted.includes(of));
      greeted = demand.greetings.map(({ of }) => of);
      for (const path of new Set(unknown.map(({ greeting }) => greeting))) {
        await peek(path).catch(() => {});
      }
    }
  }

  async function peek(path) {
    const address = await url(path);
    await new Promise((resolve) => {
      const end = () => resolve(stream.close());
      setTimeout(end, FIRST_FRAME_MS);
      const stream = createStream(address, client.types, (_, type, id, data) => {
        if (type === 'connected') {
          setTimeout(end, SNAPSHOT_MS);
        } else if (type && !id) {
          tell('event', { id, type, data });
        }
      }, end);
    });
  }

  return { want, start, rewind, check, close, state: () => state, scopes: () => demand.scopes };
}

// ------------------------------------------------------------------------------------------------- the tabs of a browser

/**
 * Who leads. Each tab also holds a lock of its own name, by whose release the leader learns that the tab is gone.
 * @param {any} client told of `lead()`, `follow()` and what others post
 */
function createTabs(name, client) {
  const id = `${Math.random()}`;
  const channel = new BroadcastChannel(name);
  const gone = new AbortController();
  /** The request to lead, waiting or granted, and the time as leader. */
  let request = gone;
  let term = gone;

  /** Settles when the lock is no longer held; rejects when this tab did not give it up. */
  const hold = (lock, options, held) => navigator.locks.request(lock, options, () => new Promise((release) => {
    gone.signal.addEventListener('abort', release);
    held();
  }));

  /** Waits to lead, or leads at once in place of a leader that has fallen silent. */
  function elect(steal = false) {
    const { signal } = (request = new AbortController());
    hold(name, steal ? { steal } : { signal }, () => {
      term = new AbortController();
      client.lead();
    }).catch(() => {
      if (!signal.aborted) {
        term.abort();
        client.follow();
        elect();
      }
    });
  }

  channel.onmessage = ({ data }) => client.hear(data);
  hold(`${name} ${id}`, { signal: gone.signal }, () => {
    client.present(client.missed);
    elect();
  }).catch(() => gone.signal.aborted || client.lead());

  return {
    id,
    post: (told) => channel.postMessage(told),
    depose() {
      request.abort();
      elect(true);
    },
    /** Calls back once that tab is gone, while this one leads. */
    mourn: (tab, callback) => navigator.locks.request(`${name} ${tab}`, { signal: term.signal }, callback).catch(() => {}),
    leave() {
      request.abort();
      term.abort();
      gone.abort();
      channel.close();
    },
  };
}

// ----------------------------------------------------------------------------------------------------------- the client

/**
 * @param {HermesOptions} options
 * @returns {HermesEvents}
 */
export function createHermesEvents(options) {
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
      const given = await readConfig(options);
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

  function subscribe({ channels, downloadId, filters = {} }, onEvent, /** @type {any} */ { onGap } = {}) {
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
