import { addressOf } from './address.js';
import { FIRST_FRAME_MS, PATIENCE_MS, pause } from './basics.js';
import { flow, tell } from './condition.js';
import { isServed, placeOfAll } from './places.js';
import { ask } from './requests.js';
import { typesOf } from './selection.js';

/** Page after page, while streams do not get through. */

/** @import { Line, Wanted } from './internal' */

const POLL_WAIT_S = 25;
const POLL_LIMIT = 1000;

/**
 * @param {Line} line
 * @param {(line: Line, failure: any) => Promise<number>} failed says how many milliseconds to wait after one
 */
export async function poll(line, failed) {
  endPolling(line);
  /** @type {AbortController} */
  let own;
  do {
    own = line.loop = new AbortController();
    await pause(line.page, await pollOnce(line, own).catch((failure) => (line.loop === own ? failed(line, failure) : 0)));
  } while (line.loop === own);
}

/** @param {Line} line */
export function endPolling(line) {
  line.loop?.abort();
  line.loop = undefined;
}

/** Whether the page may have slept, and the answer be lost. @param {Line} line */
export const isOverdue = ({ loop, page, polledAt }) => !!loop && page.Date.now() - polledAt > 1000 * POLL_WAIT_S + FIRST_FRAME_MS;

/** Whether something that is polled for has not been answered yet. @param {Line} line @param {Wanted[]} of */
const isNew = (line, of) => line.status !== 'polling' || line.reason !== line.doubt || !of.every((part) => isServed(line, part));

/** Resolves with the milliseconds to wait before the next one. @param {Line} line @param {AbortController} own */
async function pollOnce(line, own) {
  const { page } = line;
  // The first one shows that this way works.
  const wait = isNew(line, line.wanted) ? 0 : POLL_WAIT_S;
  const { of, at, held, url } = await addressOf(line, 'poll', 'after', { limit: POLL_LIMIT, wait });
  line.polledAt = page.Date.now();
  const answer = await ask(page, url, { ms: 1000 * POLL_WAIT_S + PATIENCE_MS, control: own });
  if (line.loop !== own) {
    return 0;
  }
  const { status, body } = answer;
  if (status !== 200 || !body?.events) {
    throw { ...answer, held };
  }
  take(line, of, body);
  // What says nothing, and says so at once, would be asked for in circles.
  return body.last_id === at && page.Date.now() - line.polledAt < 1000 ? 1000 : 0;
}

/** @param {Line} line @param {Wanted[]} of @param {any} body */
function take(line, of, { events, gap, last_id: id }) {
  const types = typesOf(of);
  line.refusedOnce = false;
  if (isNew(line, of)) {
    flow(line, 'polling', of, placeOfAll(line) ?? id);
  }
  line.cursor = id;
  if (gap) {
    tell(line, 'gap', { gap });
  }
  for (const { event: type, ...event } of events) {
    if (types.includes(type)) {
      tell(line, 'event', { type, ...event });
    } else {
      // A stream would not have heard it, and which of the two there is must make no difference.
      tell(line, 'error', { code: 'unknown_type', detail: type });
    }
  }
  tell(line, 'position', { id });
}
