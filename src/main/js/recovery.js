import { backoff } from './basics.js';
import { become, tell } from './condition.js';
import { isServed, leaveParts } from './places.js';
import { endPolling, poll } from './polling.js';
import { scopesOf } from './selection.js';

/** What a line does about what fails: tries again, asks for less, polls instead, or stops. */

/** @import { Line, Refusal, Stream } from './internal' */

/**
 * Some answers are for good. All others pass, also what a proxy says in the middle of a deployment.
 * @type {Record<number, string>}
 */
const PERMANENT = { 400: 'bad_request', 401: 'unauthorized', 403: 'forbidden' };
/** Refused for something that is asked for; without it the rest may be granted. */
const TOO_MUCH = [400, 403, 414, 431];
const ATTEMPTS_BEFORE_POLLING = 10;

/** @param {Line} line */
export const heartbeatOf = (line) => 1000 * line.host.config.heartbeat_interval;

/** Not longer than a heartbeat, so that no page is stale for longer once the gateway is back. @param {Line} line */
const backoffOf = (line) => backoff(line.page, line.attempt, heartbeatOf(line));

/** @param {Line} line @param {Stream | undefined} stream */
export function drop(line, stream) {
  stream?.end();
  if (line.source === stream) {
    line.source = undefined;
  } else {
    line.candidate = undefined;
  }
}

/** Makes void what is under way. @param {Line} line */
export function endStreams(line) {
  line.turn++;
  endWait(line);
  drop(line, line.source);
  drop(line, line.candidate);
}

/** Ends all that is under way. @param {Line} line */
export function endAll(line) {
  endStreams(line);
  endPolling(line);
  line.tokens.end();
}

// ------ later

/** @param {Line} line */
export function endWait(line) {
  line.page.clearTimeout(line.retryTimer);
  line.retryTimer = undefined;
  line.impatient = false;
}

/**
 * Opens a stream then, or at once when the page wakes: not where the server said when.
 * @param {Line} line
 * @param {number} [ms]
 */
function later(line, ms) {
  endWait(line);
  line.impatient = ms === undefined;
  line.retryTimer = line.page.setTimeout(() => line.reopen(!!line.loop), ms ?? backoffOf(line));
}

/** When to try a stream beside polling: the flag may come back at any time, a proxy changes rarely. @param {Line} line */
function probe(line) {
  if (!line.retryTimer && line.doubt !== 'no_eventsource') {
    later(line, heartbeatOf(line) * (line.doubt === 'disabled' ? 1 : 4) * (0.8 + 0.2 * line.page.Math.random()));
  }
}

/**
 * Tries again, and polls after too many failures.
 * @param {Line} line
 * @param {string} reason
 * @param {number} [wait] how long the server said; infinite where the browser comes back by itself
 */
export function retry(line, reason, wait) {
  if (line.loop) {
    probe(line);
    return;
  }
  line.attempt++;
  if (!line.source || line.source.away) {
    become(line, 'reconnecting', line.page.navigator.onLine === false ? 'offline' : reason);
    if (line.attempt >= ATTEMPTS_BEFORE_POLLING) {
      fallBack(line, reason);
      return;
    }
  }
  if (wait !== Infinity) {
    later(line, wait);
  }
}

// ------ polling instead

/** The same events from the same position by /poll, until a stream gets through again. @param {Line} line @param {string} doubt */
export function fallBack(line, doubt) {
  line.doubt = doubt;
  endStreams(line);
  if (!line.loop) {
    startPolling(line);
  }
  probe(line);
}

/** @param {Line} line */
export function startPolling(line) {
  poll(line, pollFailed);
}

/** Resolves with how long to wait. @param {Line} line @param {any} failure */
async function pollFailed(line, failure) {
  const { loop } = line;
  if ((!failure.status || PERMANENT[failure.status]) && await isSettled(line, failure) || loop !== line.loop) {
    return 0;
  }
  line.attempt++;
  become(line, 'reconnecting', failure.code);
  return failure.wait ?? backoffOf(line);
}

// ------ what is refused

/** @param {Line} line @param {string} reason @param {unknown} [detail] */
function stop(line, reason, detail) {
  endAll(line);
  leaveParts(line);
  become(line, 'disconnected', reason);
  tell(line, 'error', { code: reason, detail });
}

/** Does what can be done about an answer, or about no token. @param {Line} line @param {any} failure */
export async function recover(line, failure) {
  const own = line.turn;
  if (!(await isSettled(line, failure)) && own === line.turn) {
    retry(line, failure.code);
  }
}

/** Whether more than trying again could be done, or nothing is to be any more. @param {Line} line @param {any} failure */
async function isSettled(line, failure) {
  const { code, detail } = failure;
  const final = code === 'no_token';
  if (failure.status) {
    refused(line, failure);
    return true;
  }
  if (final || code === 'token_failed') {
    const own = line.turn;
    const scopes = scopesOf(line.wanted);
    // Not each time: where nobody gives tokens, asking for one after the other helps nobody.
    const lacking = scopes[1] && (final || line.attempt % 2) ? await line.tokens.lacking(scopes) : [];
    if (own !== line.turn) {
      // Something else has been tried meanwhile.
      return true;
    }
    if (lacking[0]) {
      line.host.divide(line.name, line.wanted.filter(({ scope }) => lacking.includes(scope)));
      return true;
    }
    // A stream in use may do without.
    if (final && !line.source) {
      stop(line, code);
      return true;
    }
    tell(line, 'error', { code: 'token', detail: detail ?? code });
  }
  return false;
}

/** @param {Line} line @param {Refusal} answer */
function refused(line, { status, code, body, wait, held }) {
  const { tokens, wanted } = line;
  if (code === 'sse_disabled') {
    fallBack(line, 'disabled');
  } else if ((status === 401 || status === 403) && held !== tokens.current()) {
    // That token has been given up meanwhile, by what was refused beside this.
    retry(line, 'unauthorized', 0);
  } else if ((status === 401 && !(line.refusedOnce && tokens.isNew())) || (status === 403 && !wanted[1] && tokens.isForMore())) {
    // It may be an old one, or one for more than it was given.
    line.refusedOnce ||= tokens.isNew();
    tokens.forget();
    retry(line, 'unauthorized', 0);
  } else if (TOO_MUCH.includes(status) && wanted[1]) {
    tokens.forget();
    const known = [...wanted].sort((a, b) => +isServed(line, b) - +isServed(line, a));
    line.host.divide(line.name, known.slice(Math.ceil(known.length / 2)), status === 403);
  } else if (PERMANENT[status]) {
    stop(line, PERMANENT[status], body?.detail);
  } else {
    retry(line, code, wait);
  }
}
