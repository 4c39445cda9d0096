import { backoff, FIRST_FRAME_MS, now, page, PATIENCE_MS, pause } from './basics.js';
import { compare } from './positions.js';
import { ask } from './requests.js';
import { createStream } from './stream.js';

const PERMANENT = { 400: 'bad_request', 401: 'unauthorized', 403: 'forbidden' };
const ATTEMPTS_BEFORE_POLLING = 10;
const POLL_WAIT_S = 25;
const POLL_LIMIT = 1000;
const SNAPSHOT_MS = 500;

/**
 * The connection that one token pays for.
 * @param {any} client what all lines share
 * @param {string} line its name
 */
export function createLine(client, line) {
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
