import { welcomed } from './address.js';
import { isServed, placeOfAll, wantParts } from './places.js';
import { isOverdue } from './polling.js';
import { earlier, isBefore } from './positions.js';
import { endStreams, startPolling } from './recovery.js';
import { purposeOf } from './selection.js';
import { checkSilence, open, renew } from './streams.js';
import { createToken } from './token.js';

/** The connection that one token pays for: what is asked of it. How it does that is in the modules that it is made of. */

/** @import { Line, LineState, Tab, Wanted } from './internal' */

/**
 * @param {Tab} tab
 * @param {string} name
 * @param {Record<string, string | undefined>} places where parts have come to on the line that they come from
 * @returns {Line}
 */
export function createLine(tab, name, places) {
  /** @type {Line} */
  const line = {
    host: tab,
    page: tab.page,
    name,
    tokens: createToken(tab, (held) => renew(line, held)),
    wanted: [],
    asked: '',
    served: [],
    places,
    turn: 0,
    doubt: '',
    once: Object.values(places).some(Boolean),
    polledAt: 0,
    status: 'connecting',
    reason: '',
    attempt: 0,
    backend: 'up',
    reopen: (unsure) => open(line, unsure),
    rewind: (at, missed) => rewind(line, at, missed),
  };
  return line;
}

/** Says what is wanted from now on. @param {Line} line @param {Wanted[]} wanted */
export function want(line, wanted) {
  wantParts(line, wanted);
  const isNew = line.asked !== (line.asked = purposeOf(wanted));
  if (line.loop) {
    if (isNew || !wanted.every((part) => isServed(line, part))) {
      startPolling(line);
    }
  } else if (isNew || line.reason === 'no_token') {
    start(line);
  } else if (line.source && purposeOf(line.source.purpose) === line.asked) {
    line.served = wanted.map(({ key }) => key);
    welcomeLate(line);
  }
}

/** Tries at once, also what has stopped for good. @param {Line} line */
export function start(line) {
  line.refusedOnce = false;
  line.attempt = 0;
  line.floor ??= placeOfAll(line);
  open(line);
}

/**
 * A tab is that far, or has missed what came after that.
 * @param {Line} line
 * @param {string} at
 * @param {boolean} [missed]
 */
export function rewind(line, at, missed) {
  if (isBefore(at, missed ? line.cursor : line.floor)) {
    line.floor = line.cursor = at;
    // Who has been behind listens from now on.
    line.host.changed();
    if (line.loop) {
      startPolling(line);
    } else {
      endStreams(line);
      start(line);
    }
  }
}

/** Tells those who are served already where things stand; who is not told now is told at the next check. @param {Line} line */
function welcomeLate(line) {
  welcomed(line).catch(() => {});
}

/** Looks whether all is as it seems; `woken` when the page may have slept. @param {Line} line @param {boolean} woken */
export function check(line, woken) {
  checkSilence(line, woken);
  if (line.source) {
    welcomeLate(line);
  }
  if (woken && isOverdue(line)) {
    startPolling(line);
  }
  if (woken && line.impatient) {
    open(line);
  }
}

/** @param {Line} line @returns {LineState} */
export const stateOfLine = ({ status, reason, attempt, backend, wanted, served, cursor, floor }) =>
  ({ status, reason, attempt, backend, parts: wanted.map(({ key }) => key), served, at: cursor, from: earlier(floor, cursor) });
