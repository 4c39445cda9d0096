import { backoff, FIRST_FRAME_MS, PATIENCE_MS } from './basics.js';
import { createGreeter } from './greeter.js';
import { createPlaces } from './places.js';
import { createPolling } from './polling.js';
import { isBefore } from './positions.js';
import { ask } from './requests.js';
import { queryOf, scopesOf, typesOf } from './selection.js';
import { createStream } from './stream.js';
import { createToken } from './token.js';

/** @type {Record<number, string>} */
const PERMANENT = { 400: 'bad_request', 401: 'unauthorized', 403: 'forbidden' };
/** Refused for something that is asked for; without it the rest may be granted. */
const TOO_MUCH = [400, 403, 414, 431];
const ATTEMPTS_BEFORE_POLLING = 10;

/**
 * The connection that one token pays for.
 * @param {import('./internal').Client} client what all lines share
 * @param {string} name
 * @param {Record<string, string | undefined>} apart where parts have come to on the line that they come from
 * @returns {import('./internal').Line}
 */
export function createLine(client, name, apart) {
  const { page } = client;
  const places = createPlaces(apart);
  /** What was asked for last, as a text. */
  let asked = '';
  /** The position from which on all tabs have been told everything. @type {string | undefined} */
  let floor;
  /** The stream in use; the one that takes its place as soon as it is connected. */
  /** @type {import('./internal').Stream | null} */
  let source = null;
  /** @type {import('./internal').Stream | null} */
  let candidate = null;
  /** Why streams do not get through, while polling. */
  let doubt = '';
  let refusedOnce = false;
  /** Failures since events last flowed, and whether they ever did. */
  let attempt = 0;
  let once = Object.values(apart).some(Boolean);
  /** The wait before the next attempt, and whether it may be cut short: not where the server said how long. */
  let timer = 0;
  let impatient = false;
  /** Tells what is still under way from what is no longer wanted. */
  let turn = 0;
  /** @type {import('./internal').Condition} */
  let state = { status: 'connecting', reason: '', backend: 'up' };

  const token = createToken(client, renew);
  const { greeted, greet } = createGreeter(page, places, { url, tell: (is, what) => tell(is, what), rewind });
  const polling = createPolling(client, {
    url: async (how) => {
      await greeted();
      return url('poll', { ...queryOf(places.parts), ...how, after: places.all() });
    },
    parts: () => places.parts,
    isNew: () => state.status !== 'polling' || state.reason !== doubt || !places.parts.every(places.isServed),
    after: places.all,
    take: takePage,
    failed: pollFailed,
  });

  /** @param {import('./internal').Told['is']} is @param {object} [what] */
  const tell = (is, what) => client.tell({ is, line: name, ...what });
  const interval = () => 1000 * client.config.heartbeat_interval;
  /** What a stream is opened for, as a text. @param {import('./internal').Part[]} of */
  const purpose = (of) => JSON.stringify([queryOf(of), typesOf(of)]);

  /** @param {import('./internal').Condition['status']} status @param {'up' | 'down'} [backend] */
  function set(status, reason = '', backend = state.backend) {
    const shown = status === 'reconnecting' && !once ? 'connecting' : status;
    state = { status: shown, reason, attempt, backend };
    client.changed();
  }

  /**
   * Events come, for these parts, after that position.
   * @param {'connected' | 'polling'} status
   * @param {string} reason
   * @param {import('./internal').Wanted[]} of
   * @param {string} at
   */
  function flowing(status, reason, of, at) {
    attempt = 0;
    once = true;
    refusedOnce = false;
    floor ??= at;
    places.serve(of, at);
    set(status, reason, 'up');
  }

  /** Says what is wanted from now on. @param {import('./internal').Wanted[]} wanted */
  function want(wanted) {
    places.want(wanted);
    const isNew = asked !== (asked = purpose(wanted));
    if (polling.on()) {
      if (isNew || !places.parts.every(places.isServed)) {
        polling.start();
      }
    } else if (isNew || state.reason === 'no_token') {
      start();
    } else if (source && purpose(source.parts) === asked) {
      places.served = wanted.map(({ key }) => key);
      greet();
    }
  }

  function start() {
    refusedOnce = false;
    attempt = 0;
    floor ??= places.all();
    if (!page.EventSource) {
      fallBack('no_eventsource');
    } else if (!client.config.enabled) {
      fallBack('disabled');
    } else {
      open();
    }
  }

  /** A tab is that far, or has missed what came after that. @param {string} at @param {boolean} [missed] */
  function rewind(at, missed) {
    if (isBefore(at, missed ? places.cursor : floor)) {
      floor = places.cursor = at;
      close();
      start();
    }
  }

  function close() {
    turn++;
    endWait();
    token.end();
    endStreams();
    polling.end();
  }

  /** @param {string} reason @param {unknown} [detail] */
  function stop(reason, detail) {
    close();
    places.leave();
    set('disconnected', reason);
    tell('error', { code: reason, detail });
  }

  // ------ tokens

  /** @param {unknown} held */
  function renew(held) {
    if (held && held === token.held()) {
      token.drop();
      if (!polling.on()) {
        open();
      }
    }
  }

  /** @param {string} path @param {object} query */
  async function url(path, query) {
    const given = await token.get(scopesOf(places.parts));
    const all = Object.entries({ ...query, token: given }).filter(([, value]) => value !== undefined);
    return `${client.base}/events/${path}?${new URLSearchParams(all)}`;
  }

  // ------ streams

  const streamUrl = () => url('stream', { ...queryOf(places.parts), last_event_id: places.all() });

  /** @param {import('./internal').Stream | null} stream */
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
    endWait();
    const own = ++turn;
    drop(candidate);
    if (!source && !polling.on()) {
      set('reconnecting', state.reason);
    }
    try {
      if (unsure) {
        await client.checkHealth();
      }
      await greeted();
      const of = places.parts;
      const address = await streamUrl();
      if (own !== turn) {
        return;
      }
      if (unsure && !client.config.enabled) {
        fallBack('disabled');
      } else {
        candidate = createStream(page, address, of, token.held(), heard, lost);
      }
    } catch (/** @type {any} */ failure) {
      if (own === turn && !(await ended(failure)) && own === turn) {
        failed(failure.minting ? 'token_failed' : 'unreachable');
      }
    }
  }

  /**
   * Whether that is all that can be done about a failure.
   * @param {any} failure an answer, or why there is no token
   */
  async function ended(failure) {
    if (failure?.status) {
      refused(failure);
      return true;
    }
    if (failure?.minting) {
      const own = turn;
      const scopes = scopesOf(places.parts);
      // Not each time: where nobody gives tokens, asking for one after the other helps nobody.
      const lacking = scopes[1] && (failure.permanent || attempt % 2) ? await token.lacking(scopes) : [];
      if (own === turn && lacking[0]) {
        client.divide(name, places.parts.filter(({ scope }) => lacking.includes(scope)).map(({ key }) => key));
        return true;
      }
      // A stream in use may do without.
      if (failure.permanent && !source) {
        stop(failure.minting);
        return true;
      }
      tell('error', { code: 'token', detail: String(failure.minting?.message ?? failure.minting) });
    }
  }

  /**
   * @param {import('./internal').Stream} from
   * @param {string} type
   * @param {string} id
   * @param {any} data
   * @param {boolean} backwards
   */
  function heard(from, type, id, data, backwards) {
    if (from === source) {
      places.cursor = id || places.cursor;
    }
    if (type === 'connected' || type === 'heartbeat') {
      alive(from, type === 'heartbeat', id);
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
    } else if (from !== source) {
      // It is only tried.
    } else if (type === 'gap') {
      tell(type, { gap: data });
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

  /** @param {import('./internal').Stream} from @param {boolean} heartbeat @param {string} id */
  function alive(from, heartbeat, id) {
    from.proven ||= heartbeat;
    from.reason = '';
    if (from === candidate && doubt !== 'buffered') {
      drop(source);
      source = from;
      candidate = null;
      doubt = '';
      polling.end();
      const current = purpose(from.parts) === asked;
      flowing('connected', '', current ? places.parts : from.parts, id);
      if (!current) {
        open();
      }
    } else if (from === candidate && heartbeat) {
      // Streams get through again. What this one has told by now nobody has heard.
      doubt = '';
      open();
    } else if (from === source && state.status !== 'connected') {
      flowing('connected', '', places.parts.filter(places.isServed), id);
    }
    if (from === source) {
      tell('position', { id });
    }
  }

  /** @param {import('./internal').Stream} from @param {any} data */
  function closing(from, { reason, reconnect_after_ms: wait }) {
    from.reason = reason;
    from.away = wait;
    if (reason === 'disabled') {
      fallBack(reason);
    } else if (/^token/.test(reason) && from === source) {
      token.drop();
      endStreams();
      set('reconnecting', reason);
      later(wait, true);
    }
  }

  /** @param {import('./internal').Stream} from @param {boolean} gaveUp */
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
    from.seen = page.Date.now();
    from.away = (from.away || FIRST_FRAME_MS) + PATIENCE_MS;
    from.frames = 0;
    from.proven = false;
    if (!polling.on() && (from === source || !source)) {
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
    const answer = await streamUrl()
      .then((address) => ask(page, address, { accept: 'text/event-stream, application/json' })).catch(() => null);
    if (own === turn) {
      if (answer) {
        refused(answer);
      } else {
        failed('unreachable');
      }
    }
  }

  /** Some answers are for good. All others pass, also what a proxy says in the middle of a deployment. */
  /** @param {import('./internal').Answer} answer */
  function refused({ status, code, body, wait }) {
    if (code === 'sse_disabled') {
      fallBack('disabled');
    } else if (status === 401 && !(refusedOnce && token.isNew()) || status === 403 && !places.parts[1] && token.isForMore()) {
      // It may be an old one, or one for more than it was given.
      refusedOnce ||= token.isNew();
      token.drop();
      failed('unauthorized', 0);
    } else if (TOO_MUCH.includes(status) && places.parts[1]) {
      token.drop();
      const known = [...places.parts.filter(places.isServed), ...places.parts.filter((part) => !places.isServed(part))];
      client.divide(name, known.slice(Math.ceil(known.length / 2)).map(({ key }) => key), status === 403);
    } else if (PERMANENT[status]) {
      stop(PERMANENT[status], body?.detail);
    } else {
      failed(code, wait);
    }
  }

  /** @param {string} reason */
  function failed(reason, wait = backoff(page, attempt + 1)) {
    if (polling.on()) {
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

  function endWait() {
    page.clearTimeout(timer);
    timer = 0;
    impatient = false;
  }

  /** @param {number} ms */
  function later(ms, byServer = false) {
    endWait();
    impatient = !byServer;
    timer = page.setTimeout(() => open(polling.on()), ms);
  }

  /** Looks whether all is as it seems; `woken` when the page may have slept. @param {boolean} woken */
  function check(woken) {
    for (const stream of [source, candidate]) {
      if (stream) {
        // A clock that was set back would hide a silence.
        const now = page.Date.now();
        stream.seen = Math.min(stream.seen, now);
        if (now - stream.seen > (stream.away || Math.max(2.5 * interval(), stream.frames ? 0 : FIRST_FRAME_MS))) {
          silent(stream, woken);
        }
      }
    }
    if (source) {
      greet();
    }
    if (woken) {
      polling.wake();
    }
    if (woken && impatient) {
      open();
    }
  }

  /** @param {import('./internal').Stream} stream @param {boolean} woken */
  function silent(stream, woken) {
    drop(stream);
    if (source || polling.on()) {
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

  /** The same events from the same position by /poll, until a stream gets through again. @param {string} reason */
  function fallBack(reason) {
    turn++;
    doubt = reason;
    endWait();
    endStreams();
    if (!polling.on()) {
      polling.start();
    }
    if (reason !== 'no_eventsource') {
      probe();
    }
  }

  /** When to try a stream again: the flag may come back at any time, a proxy changes rarely. */
  function probe() {
    if (!timer) {
      later(interval() * (doubt === 'disabled' ? 1 : 4) * (0.8 + 0.2 * page.Math.random()), true);
    }
  }

  /** Resolves with how long to wait. @param {any} failure */
  async function pollFailed(failure) {
    if (PERMANENT[failure?.status] || failure?.minting) {
      if (await ended(failure)) {
        return 0;
      }
    }
    attempt++;
    set('reconnecting', failure?.status ? failure.code : failure?.minting ? 'token_failed' : 'unreachable');
    return failure?.wait ?? backoff(page, attempt);
  }

  /** @param {import('./internal').Wanted[]} of @param {any} body */
  function takePage(of, { events, gap, last_id: position }) {
    const types = typesOf(of);
    refusedOnce = false;
    if (state.status !== 'polling' || state.reason !== doubt || !of.every(places.isServed)) {
      flowing('polling', doubt, of, places.all() ?? position);
    }
    places.cursor = position;
    if (gap) {
      tell('gap', { gap });
    }
    for (const { event: type, ...event } of events) {
      if (types.includes(type)) {
        tell('event', { type, ...event });
      } else {
        // A stream would not have heard it, and which of the two there is must make no difference.
        tell('error', { code: 'unknown_type', detail: type });
      }
    }
    tell('position', { id: position });
  }

  return {
    want,
    start,
    rewind,
    check,
    close,
    placeOf: places.of,
    state: () => ({ ...state, parts: places.parts.map(({ key }) => key), served: places.served, at: places.cursor }),
  };
}
