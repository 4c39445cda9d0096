/**
 * A browser with tabs, a network and a gateway, in which time passes only when a test says so. Everything that is left to chance
 * comes from a seed.
 */
import { settled } from './platform.js';

/** mulberry32 */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function createClock() {
  let now = 1_700_000_000_000;
  let serial = 0;
  const timers = new Map();
  return {
    now: () => now,
    after(ms, work, owner) {
      timers.set(++serial, { at: now + Math.max(0, ms || 0), work, owner, serial });
      return serial;
    },
    cancel: (id) => timers.delete(id),
    /** Of a tab that is gone. */
    forget: (owner) => timers.forEach((timer, id) => timer.owner === owner && timers.delete(id)),
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (;;) {
        let next = null;
        for (const [id, timer] of timers) {
          if (timer.at <= end && !timer.owner?.frozen && (!next || timer.at < next.at || (timer.at === next.at && id < next.id))) {
            next = { ...timer, id };
          }
        }
        if (!next) {
          break;
        }
        timers.delete(next.id);
        now = Math.max(now, next.at);
        next.work();
        await settled();
      }
      now = end;
    },
  };
}

const number = (id) => id.split('-').map((part) => BigInt(part.replace('m', '')));
export const isLater = (a, b) => {
  const [x, y] = [number(a), number(b)];
  return x[0] > y[0] || (x[0] === y[0] && x[1] > y[1]);
};

const CATALOGUE = {
  'download:updates': { type: 'download_progress', scope: 'download:<id>', key: 'download_id', filters: ['download_id', 'status'], on_connect: 'snapshot' },
  'queue:updates': { type: 'queue_update', scope: 'queue', key: 'download_id', filters: ['download_id', 'status', 'action'], on_connect: 'last-event' },
  'stats:updates': { type: 'stats_update', scope: 'stats', filters: ['event'], on_connect: 'last-event' },
  'system:notifications': { type: 'system_notification', scope: 'system', filters: ['notification_type'], on_connect: 'nothing' },
};

/** As much of a gateway as the client can tell apart. */
export function createGateway(clock) {
  const log = [];
  const streams = new Set();
  let serial = 0;
  const gateway = {
    catalogue: { ...CATALOGUE },
    enabled: true,
    heartbeat: 10,
    /** Whether it can be reached, and what it answers instead of what it would. */
    up: true,
    buffering: false,
    /** Why it opens no stream although it can be reached, and after how many milliseconds a browser is to come back. */
    refusal: null,
    status: { stream: 0, poll: 0, config: 0 },
    latency: 5,
    tokens: new Map(),
    /** Every request: its path and parameters. */
    asked: [],
    streams,
    log,
    firstId: '1-0',
    nextId: () => `${clock.now()}-${++serial}`,
    tip: () => log[log.length - 1]?.id ?? gateway.firstId,
    publish(channel, data, type = gateway.catalogue[channel].type, id = gateway.nextId()) {
      const event = { id, channel, event: type, data, timestamp: 'then' };
      log.push(event);
      streams.forEach((stream) => stream.offer(event));
      return event;
    },
    mint(scopes, ttl = 600) {
      const text = `sse_${++serial}`;
      gateway.tokens.set(text, { scopes, ends: clock.now() + 1000 * ttl, from: clock.now() });
      return text;
    },
    cut: () => [...streams].forEach((stream) => stream.cut()),
    /** Ends every stream, and says why. */
    close(reason, wait) {
      streams.forEach((stream) => stream.send('closing', gateway.tip(), { reason, reconnect_after_ms: wait }));
      gateway.cut();
    },
    /** The log is lost: nobody's cursor holds any more. */
    loseLog() {
      log.length = 0;
      gateway.firstId = gateway.nextId();
      streams.forEach((stream) => stream.gap('log_lost', gateway.firstId));
    },
    /** What a request is allowed to hear, or how it is refused. */
    admit({ token, channels, scopes, ...query }) {
      const held = gateway.tokens.get(token);
      if (!held || held.ends <= clock.now()) {
        return { status: 401, body: { detail: 'Invalid or expired SSE token' } };
      }
      const covers = (scope) => held.scopes.includes(scope) || held.scopes.includes(scope.replace(/:.*/, ':*'));
      const names = channels ? channels.split(',') : Object.keys(gateway.catalogue);
      const asked = scopes ? scopes.split(',') : held.scopes;
      for (const scope of asked) {
        if (!covers(scope)) {
          return { status: 403, body: { detail: `Insufficient scope: ${scope} required` } };
        }
      }
      const rules = [];
      for (const name of names) {
        const channel = gateway.catalogue[name];
        if (!channel) {
          return { status: 400, body: { detail: `Unknown channel '${name}'` } };
        }
        const prefix = channel.scope.replace('<id>', '');
        const mine = asked.filter((scope) => (channel.scope.includes('<id>') ? scope.startsWith(prefix) : scope === channel.scope));
        if (!mine.length) {
          return { status: 403, body: { detail: `Insufficient scope: ${channel.scope} required` } };
        }
        const ids = channel.scope.includes('<id>') && !mine.includes(`${prefix}*`) ? mine.map((scope) => scope.slice(prefix.length)) : null;
        rules.push({ name, ids, channel });
      }
      const filters = Object.entries(query).filter(([field]) => names.some((name) => gateway.catalogue[name].filters.includes(field)));
      const wants = (event) => rules.some(({ name, ids, channel }) => event.channel === name
        && (!ids || ids.includes(event.data[channel.key]))
        && filters.every(([field, values]) => !channel.filters.includes(field) || values.split(',').includes(String(event.data[field]))));
      return { status: 200, wants, rules };
    },
    /** Where a reader starts: its cursor is honoured if the log holds it. */
    start(cursor) {
      const at = log.findIndex(({ id }) => id === cursor);
      if (!cursor || cursor === gateway.firstId || at >= 0) {
        return { position: cursor ?? gateway.tip(), gap: false };
      }
      return { position: gateway.tip(), gap: { reason: 'unknown_cursor', requested: cursor, resumed_at: gateway.tip() } };
    },
    answer(path, query) {
      gateway.asked.push({ path, ...query });
      if (path === 'health') {
        return { status: 200, body: { enabled: gateway.enabled, heartbeat_interval: gateway.heartbeat } };
      }
      if (gateway.status.poll) {
        return { status: gateway.status.poll, body: { detail: 'told to' } };
      }
      const admitted = gateway.admit(query);
      if (admitted.status !== 200) {
        return admitted;
      }
      const { position, gap } = gateway.start(query.after);
      if (query.greet === 'true') {
        const greetings = [];
        for (const { name, ids, channel } of admitted.rules) {
          const last = (wanted) => [...log].reverse().find((event) => event.channel === name && wanted(event) && admitted.wants(event));
          const found = ids && channel.on_connect !== 'nothing' ? ids.map((id) => last((event) => event.data[channel.key] === id))
            : channel.on_connect === 'last-event' ? [last(() => true)] : [];
          greetings.push(...found.filter(Boolean).map(({ event, data }) => ({ channel: name, event, data })));
        }
        return { status: 200, body: { events: [], last_id: position, gap, greetings } };
      }
      const after = log.filter(({ id }) => isLater(id, position));
      return { status: 200, body: { events: after.filter(admitted.wants), last_id: after.length ? gateway.tip() : position, gap } };
    },
    /** Opens a stream, or says why not. */
    open(query, cursor, sink) {
      gateway.asked.push({ path: 'stream', ...query, ...(cursor && { header: cursor }) });
      if (gateway.status.stream) {
        return { status: gateway.status.stream };
      }
      const refusal = gateway.enabled ? gateway.refusal : { code: 'SSE_DISABLED' };
      if (refusal) {
        sink('unavailable', '', { code: refusal.code });
        return { status: 200, ended: true, wait: refusal.wait };
      }
      const admitted = gateway.admit(query);
      if (admitted.status !== 200) {
        return admitted;
      }
      const { position, gap } = gateway.start(cursor || query.last_event_id);
      let last = position;
      let open = true;
      const send = (event, id, data) => open && sink(event, id, data);
      const stream = {
        offer(event) {
          if (admitted.wants(event)) {
            last = event.id;
            send(event.event, event.id, event.data);
          }
        },
        gap: (reason, at) => send('gap', (last = at), { reason, requested: last, resumed_at: at }),
        send,
        cut() {
          stream.close();
          sink('', '', null);
        },
        close() {
          open = false;
          streams.delete(stream);
        },
        query,
      };
      streams.add(stream);
      send('connected', position, {});
      if (gap) {
        send('gap', gap.resumed_at, gap);
      }
      log.filter(({ id }) => isLater(id, position)).forEach(stream.offer);
      const beat = () => {
        if (open) {
          const { ends } = gateway.tokens.get(query.token) ?? { ends: 0 };
          if (ends <= clock.now()) {
            send('closing', last, { reason: 'token_expired', reconnect_after_ms: 100 });
            stream.cut();
            return;
          }
          last = gateway.tip();
          send('heartbeat', last, {});
          clock.after(1000 * gateway.heartbeat, beat);
        }
      };
      clock.after(1000 * gateway.heartbeat, beat);
      const left = gateway.tokens.get(query.token).ends - clock.now();
      clock.after(left < 120_000 ? left / 2 : left - 60_000, () => send('token_expiring', '', {}));
      return { status: 200, stream };
    },
  };
  return gateway;
}

const parse = (url) => {
  const [address, query = ''] = String(url).split('?');
  return [address.replace(/.*\//, ''), Object.fromEntries(query.split('&').filter(Boolean)
    .map((pair) => pair.split('=').map((part) => decodeURIComponent(part.replaceAll('+', ' ')))))];
};

/** Tabs that share clock, gateway, locks and channels. */
export function createBrowser({ seed = 1, posting = 1 } = {}) {
  const clock = createClock();
  const gateway = createGateway(clock);
  const random = randomFrom(seed);
  const locks = new Map();
  const channels = new Map();
  const later = (ms, work, owner) => clock.after(ms, () => owner.gone || work(), owner);

  function lockOf(name) {
    if (!locks.has(name)) {
      locks.set(name, { holder: null, waiting: [] });
    }
    return locks.get(name);
  }

  function grant(lock) {
    const next = !lock.holder && lock.waiting.shift();
    if (next) {
      lock.holder = next;
      Promise.resolve(next.callback()).then((value) => {
        if (lock.holder === next) {
          lock.holder = null;
          grant(lock);
        }
        next.resolve(value);
      });
    }
  }

  function openTab(overrides = {}) {
    const owner = { gone: false, frozen: false, listeners: new Map(), sources: new Set(), open: new Set() };
    const listen = (name, listener, { signal } = {}) => {
      owner.listeners.set(name, [...(owner.listeners.get(name) ?? []), listener]);
      signal?.addEventListener('abort', () =>
        owner.listeners.set(name, owner.listeners.get(name).filter((one) => one !== listener)));
    };

    class EventSource {
      constructor(url) {
        this.url = url;
        this.readyState = 0;
        this.listeners = new Map();
        this.lastId = '';
        owner.sources.add(this);
        this.connect();
      }
      addEventListener(type, listener) {
        this.listeners.set(type, listener);
      }
      connect() {
        later(gateway.latency, () => {
          if (this.readyState === 2) {
            return;
          }
          if (!gateway.up) {
            this.retry();
            return;
          }
          const [, query] = parse(this.url);
          let first = true;
          // By a proxy that waits for the end of what has none.
          const heldBack = gateway.buffering;
          const answer = gateway.open(query, this.lastId, (event, id, data) => later(gateway.latency, () => {
            if (this.readyState === 2 || (heldBack && event)) {
              return;
            }
            if (first) {
              first = false;
              this.readyState = 1;
              this.onopen?.();
            }
            if (!event) {
              this.retry();
              return;
            }
            this.lastId = id || this.lastId;
            this.listeners.get(event)?.({ lastEventId: this.lastId, data: typeof data === 'string' ? data : JSON.stringify(data) });
          }, owner));
          this.stream = answer.stream;
          this.wait = answer.wait;
          if (answer.status !== 200) {
            this.readyState = 2;
            this.onerror?.();
          } else if (answer.ended) {
            later(gateway.latency, () => this.retry(), owner);
          }
        }, owner);
      }
      retry() {
        if (this.readyState !== 2) {
          this.readyState = 0;
          this.onerror?.();
          later(this.wait ?? 500, () => this.readyState === 0 && this.connect(), owner);
        }
      }
      close() {
        this.readyState = 2;
        this.stream?.close();
        owner.sources.delete(this);
      }
    }

    class BroadcastChannel {
      constructor(name) {
        this.name = name;
        channels.set(name, [...(channels.get(name) ?? []), this]);
        owner.open.add(this);
      }
      postMessage(told) {
        const text = JSON.stringify(told);
        for (const other of channels.get(this.name)) {
          if (other !== this) {
            clock.after(posting, () => other.closed || other.onmessage?.({ data: JSON.parse(text) }), other.owner);
          }
        }
      }
      close() {
        this.closed = true;
        channels.set(this.name, channels.get(this.name).filter((one) => one !== this));
      }
      get owner() {
        return owner;
      }
    }

    const tab = {
      owner,
      tokens: [],
      Date: { now: () => clock.now() + (owner.skew ?? 0) },
      Math: { random },
      setTimeout: (work, ms) => later(ms, work, owner),
      clearTimeout: clock.cancel,
      setInterval(work, ms) {
        const timer = { id: 0 };
        const again = () => {
          timer.id = later(ms, () => {
            again();
            work();
          }, owner);
        };
        again();
        return timer;
      },
      clearInterval: (timer) => timer && clock.cancel(timer.id),
      fetch: (url, { signal } = {}) => new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
        later(gateway.latency, () => {
          const [path, query] = parse(url);
          const config = path === 'hermes-events-config.js';
          if (!gateway.up || (config && gateway.status.config)) {
            reject(new Error('network'));
            return;
          }
          const respond = ({ status, body }) => later(gateway.latency, () => resolve({
            status,
            headers: { get: (name) => (name === 'content-type' ? 'application/json' : null) },
            json: async () => JSON.parse(JSON.stringify(body ?? {})),
            text: async () => `globalThis.__HERMES__ = ${JSON.stringify(body)};`,
          }), owner);
          if (config) {
            respond({ status: 200, body: {
              VITE_SSE_ENABLED: true, VITE_API_BASE_URL: '/api/v1', enabled: gateway.enabled,
              heartbeat_interval: gateway.heartbeat, channels: gateway.catalogue,
            } });
            return;
          }
          // A stream that is asked for why it was refused.
          const answer = path === 'stream' && gateway.status.stream ? { status: gateway.status.stream } : null;
          const ends = clock.now() + 1000 * Number(query.wait ?? 0);
          const first = answer ?? gateway.answer(path, query);
          const look = (found) => {
            if (found.status === 200 && found.body?.events && !found.body.events.length && !found.body.gap && clock.now() < ends) {
              later(500, () => {
                const again = gateway.answer(path, query);
                gateway.asked.pop();
                look(again);
              }, owner);
            } else {
              respond(found);
            }
          };
          look(first);
        }, owner);
      }),
      EventSource,
      BroadcastChannel,
      navigator: {
        onLine: true,
        locks: {
          request(name, options, callback) {
            const lock = lockOf(name);
            return new Promise((resolve, reject) => {
              const request = { callback: typeof options === 'function' ? options : callback, resolve, reject, owner };
              options.signal?.addEventListener('abort', () => {
                if (lock.waiting.includes(request)) {
                  lock.waiting.splice(lock.waiting.indexOf(request), 1);
                  reject(new Error('aborted'));
                }
              });
              if (options.steal) {
                lock.holder?.reject(new Error('stolen'));
                lock.holder = null;
                lock.waiting.unshift(request);
              } else {
                lock.waiting.push(request);
              }
              later(0, () => grant(lock), owner);
            });
          },
        },
      },
      location: 'http://app.example/',
      document: { hidden: false, addEventListener: listen },
      addEventListener: listen,
      console: { error: () => {} },
      /** Tells the page that something happened to it. */
      happen: (name, event = {}) => (owner.listeners.get(name) ?? []).forEach((listener) => listener(event)),
      freeze: (frozen) => (owner.frozen = frozen),
      /** Its process dies. */
      kill() {
        owner.gone = true;
        clock.forget(owner);
        owner.sources.forEach((source) => source.close());
        owner.open.forEach((channel) => channel.close());
        for (const lock of locks.values()) {
          lock.waiting = lock.waiting.filter((request) => request.owner !== owner);
          if (lock.holder?.owner === owner) {
            lock.holder = null;
            grant(lock);
          }
        }
      },
      ...overrides,
    };
    return tab;
  }

  return { clock, gateway, random, openTab, advance: clock.advance };
}
