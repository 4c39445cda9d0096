import { tell } from './condition.js';
import { isServed, placeOfAll, strangersOf, welcome } from './places.js';
import { isBefore } from './positions.js';
import { ask } from './requests.js';
import { queryOf, scopesOf } from './selection.js';

/** @import { Line, Wanted } from './internal' */

/**
 * Resolves with the token in it too, as what holds it calls it: that is what an answer refuses.
 * @param {Line} line
 * @param {string} path
 * @param {Wanted[]} of
 * @param {object} how
 */
async function urlOf(line, path, of, how) {
  const query = { ...queryOf(of), ...how };
  const text = line.tokens.obtain(scopesOf(line.wanted));
  const held = line.tokens.current();
  return { held, url: `${line.host.base}/events/${path}?${new URLSearchParams({ ...query, token: await text })}` };
}

/**
 * Tells those who have just begun to listen where things stand, which is where a stream of theirs begins. It is asked for by
 * itself, since this answer says why something is refused; an EventSource does not.
 * @param {Line} line
 * @param {Wanted[]} of
 */
async function welcomeAll(line, of) {
  const before = line.cursor;
  const { held, url } = await urlOf(line, 'poll', of, { greet: true });
  const answer = await ask(line.page, url);
  const { status, body } = answer;
  if (status !== 200 || !body?.events) {
    throw { ...answer, held };
  }
  const keys = of.map(({ key }) => key);
  welcome(line, keys, body.last_id);
  tell(line, 'greet', { id: body.last_id, keys, greetings: body.greetings });
  if (of.some((part) => isServed(line, part)) && isBefore(body.last_id, before)) {
    // From a gateway that is not yet as far as the stream was.
    line.rewind(body.last_id, true);
  }
}

/** Resolves once everybody knows where things stand; rejects with the answer that refused it. @param {Line} line */
export async function welcomed(line) {
  while (line.welcome || strangersOf(line)[0]) {
    await (line.welcome ??= welcomeAll(line, strangersOf(line)).finally(() => (line.welcome = undefined)));
  }
}

/**
 * The address of all that a line is for, from where it has come to.
 * @param {Line} line
 * @param {string} path
 * @param {string} after what that calls a position
 * @param {object} [how]
 */
export async function addressOf(line, path, after, how) {
  await welcomed(line);
  const of = line.wanted;
  const at = placeOfAll(line);
  return { of, at, ...(await urlOf(line, path, of, { ...how, ...(at && { [after]: at }) })) };
}
