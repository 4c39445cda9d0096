import { addressOf } from './address.js';
import { FIRST_FRAME_MS, PATIENCE_MS } from './basics.js';
import { become, flow, tell } from './condition.js';
import { isServed, placeOfAll } from './places.js';
import { endPolling } from './polling.js';
import { isBefore } from './positions.js';
import { drop, endStreams, endWait, fallBack, heartbeatOf, recover, retry } from './recovery.js';
import { ask } from './requests.js';
import { purposeOf } from './selection.js';
import { createStream } from './stream.js';

/** The stream of a line, and the one that takes its place as soon as it is connected. */

/** @import { Line, Stream, Tab } from './internal' */

/** The longest that a server which is overloaded sends a browser away for, which a page is not told. */
const OVERLOADED_MS = 45_000;

/**
 * Opens a stream beside whatever there is; `unsure` asks first whether the server has streams at all.
 * @param {Line} line
 * @param {boolean} [unsure]
 */
export async function open(line, unsure) {
  const { host, page } = line;
  endWait(line);
  const own = ++line.turn;
  drop(line, line.candidate);
  if (!line.source && !line.loop) {
    become(line, 'reconnecting', line.reason);
  }
  try {
    if (unsure) {
      await checkHealth(host);
    }
    const lacking = page.EventSource ? host.config.enabled ? '' : 'disabled' : 'no_eventsource';
    const address = lacking || await addressOf(line, 'stream', 'last_event_id');
    if (own !== line.turn) {
      // Something else has happened meanwhile.
    } else if (typeof address === 'string') {
      fallBack(line, address);
    } else {
      line.candidate = createStream(page, address, Object.keys(CONTROL),
        (...frame) => heard(line, ...frame), (...how) => lost(line, ...how));
    }
  } catch (failure) {
    if (own === line.turn) {
      recover(line, failure);
    }
  }
}

/** @param {Tab} tab */
async function checkHealth({ page, base, config }) {
  const { status, body } = await ask(page, `${base}/events/health`).catch(() => /** @type {any} */ ({}));
  Object.assign(config, status === 200 && body);
}

/** Takes another token in place of this one. @param {Line} line @param {unknown} held */
export function renew(line, held) {
  if (held && held === line.tokens.current()) {
    line.tokens.forget();
    if (!line.loop) {
      open(line);
    }
  }
}

// ------ what comes

/** What each frame that is no event does. @type {Record<string, (line: Line, from: Stream, data: any, id: string) => void>} */
const CONTROL = {
  connected: (line, from, _, id) => alive(line, from, id),
  heartbeat: (line, from, _, id) => alive(line, from, id, true),
  gap(line, from, gap) {
    if (from === line.source) {
      tell(line, 'gap', { gap });
    }
  },
  closing(line, from, { reason, reconnect_after_ms: wait }) {
    from.why = reason;
    from.away = wait;
    if (reason === 'disabled') {
      fallBack(line, reason);
    } else if (/^token/.test(reason) && from === line.source) {
      line.tokens.forget();
      endStreams(line);
      retry(line, reason, wait);
    }
  },
  backend: (line, _, { state }) => become(line, line.status, line.reason, state),
  token_expiring: (line, from) => renew(line, from.held),
  unavailable(line, from, { code }) {
    from.why = String(code).toLowerCase();
    if (from.why === 'sse_disabled') {
      fallBack(line, 'disabled');
    } else if (from.why === 'overloaded') {
      from.away = OVERLOADED_MS;
    }
  },
};

/**
 * @param {Line} line
 * @param {Stream} from
 * @param {string} type
 * @param {string} id
 * @param {any} data
 * @param {boolean} backwards
 */
function heard(line, from, type, id, data, backwards) {
  const used = from === line.source;
  if (used) {
    line.cursor = id || line.cursor;
  }
  if (CONTROL[type]) {
    CONTROL[type](line, from, data, id);
  } else if (!used) {
    // It is only tried.
  } else if (!type) {
    tell(line, 'error', { code: 'bad_frame', detail: `${data.type} ${id}` });
    tell(line, 'position', { id });
  } else if (id) {
    if (backwards) {
      tell(line, 'error', { code: 'id_backwards', detail: id });
    }
    tell(line, 'event', { id, type, data, backwards });
  }
}

/** @param {Line} line @param {Stream} from @param {string} id @param {boolean} [proven] */
function alive(line, from, id, proven) {
  from.proven ||= !!proven;
  from.why = '';
  if (from === line.source) {
    if (line.status !== 'connected') {
      flow(line, 'connected', line.wanted.filter((part) => isServed(line, part)), id);
    }
  } else if (line.doubt !== 'buffered') {
    use(line, from, id);
  } else if (proven) {
    // Streams get through again. What this one has told by now nobody has heard.
    line.doubt = '';
    open(line);
    return;
  }
  if (from === line.source) {
    tell(line, 'position', { id });
  }
}

/** Puts a stream in the place of whatever there was. @param {Line} line @param {Stream} from @param {string} id */
function use(line, from, id) {
  if (isBefore(placeOfAll(line), from.begins)) {
    // Meanwhile a tab has said that it is not as far.
    open(line);
    return;
  }
  drop(line, line.source);
  line.source = from;
  line.candidate = undefined;
  line.doubt = '';
  endPolling(line);
  const current = purposeOf(from.purpose) === line.asked;
  flow(line, 'connected', current ? line.wanted : from.purpose, id);
  if (!current) {
    open(line);
  }
}

// ------ what does not come

/** @param {Line} line @param {Stream} from @param {boolean} gaveUp */
function lost(line, from, gaveUp) {
  if (gaveUp) {
    drop(line, from);
    diagnose(line);
  } else if (!from.frames) {
    drop(line, from);
    retry(line, from.why || 'unreachable');
  } else {
    // The browser comes back by itself, with its own cursor, and when the server said.
    from.seen = line.page.Date.now();
    from.away = (from.away || FIRST_FRAME_MS) + PATIENCE_MS;
    from.frames = 0;
    from.proven = false;
    if (!line.loop) {
      retry(line, from.why || 'connection_lost', Infinity);
    }
  }
}

/** An EventSource keeps the server's answer to itself, so it is asked for once more. @param {Line} line */
async function diagnose(line) {
  const own = ++line.turn;
  const answer = await addressOf(line, 'stream', 'last_event_id')
    .then(({ held, url }) => ask(line.page, url, { accept: 'text/event-stream, application/json' })
      .then((refusal) => ({ ...refusal, held })))
    .catch((failure) => failure);
  if (own === line.turn) {
    recover(line, answer);
  }
}

/** Replaces what has been silent for too long; `woken` when the page may have slept. @param {Line} line @param {boolean} woken */
export function checkSilence(line, woken) {
  const now = line.page.Date.now();
  for (const stream of [line.source, line.candidate]) {
    if (stream) {
      // A clock that was set back would hide a silence.
      stream.seen = Math.min(stream.seen, now);
      if (now - stream.seen > (stream.away || Math.max(2.5 * heartbeatOf(line), stream.frames ? 0 : FIRST_FRAME_MS))) {
        drop(line, stream);
        if (line.source || line.loop || woken || stream.proven || stream.away) {
          retry(line, 'silent');
        } else {
          fallBack(line, 'buffered');
        }
      }
    }
  }
}
