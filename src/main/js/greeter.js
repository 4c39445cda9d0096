import { isBefore } from './positions.js';
import { ask } from './requests.js';
import { queryOf } from './selection.js';

/**
 * Tells those who have just begun to listen where things stand, which is where a stream of theirs begins. It is asked for by
 * itself, since this answer says why something is refused; an EventSource does not.
 * @param {import('./internal').Page} page
 * @param {ReturnType<typeof import('./places.js').createPlaces>} places
 * @param {{
 *   url(path: string, query: object): Promise<string>,
 *   tell(is: 'greet', what: object): void,
 *   rewind(at: string, missed: boolean): void,
 * }} line
 */
export function createGreeter(page, places, { url, tell, rewind }) {
  /** Under way. @type {Promise<void> | null} */
  let greeting = null;

  /** @param {import('./internal').Wanted[]} of */
  async function greetAll(of) {
    const before = places.cursor;
    const answer = await ask(page, await url('poll', { ...queryOf(of), greet: true }));
    const { status, body } = answer;
    if (status !== 200 || !body?.events) {
      throw answer;
    }
    const keys = of.map(({ key }) => key);
    places.greet(keys, body.last_id);
    tell('greet', { id: body.last_id, keys, greetings: body.greetings });
    if (of.some(places.isServed) && isBefore(body.last_id, before)) {
      // From a gateway that is not yet as far as the stream was.
      rewind(body.last_id, true);
    }
  }

  async function greeted() {
    while (greeting || places.strangers()[0]) {
      await (greeting ??= greetAll(places.strangers()).finally(() => (greeting = null)));
    }
  }

  return {
    /** Resolves once everybody knows; rejects with the answer that refused it. */
    greeted,
    /** The same for those who are served already; who is not told now is told a little later. */
    greet: () => greeted().catch(() => {}),
  };
}
