import { FIRST_FRAME_MS, PATIENCE_MS, pause } from './basics.js';
import { ask } from './requests.js';

const POLL_WAIT_S = 25;
const POLL_LIMIT = 1000;

/**
 * Asks for page after page, while streams do not get through.
 * @param {import('./internal').Client} client
 * @param {{
 *   url(query: object): Promise<string>,
 *   parts(): import('./internal').Wanted[],
 *   isNew(): boolean,
 *   after(): string | undefined,
 *   take(of: import('./internal').Wanted[], body: any): void,
 *   failed(failure: any): Promise<number>,
 * }} line what it is for; `isNew` while something of that has not been answered yet, `failed` says how long to wait
 */
export function createPolling({ page }, line) {
  /** The loop under way. @type {{ abort(): void } | null} */
  let loop = null;
  let askedAt = 0;

  /** @param {{ abort(): void }} own */
  async function run(own) {
    while (loop === own) {
      await pause(page, await once(own).catch((failure) => (loop === own ? line.failed(failure) : 0)));
    }
  }

  /** Resolves with the milliseconds to wait before the next one. @param {{ abort(): void }} own */
  async function once(own) {
    // The first one shows that this way works.
    const wait = line.isNew() ? 0 : POLL_WAIT_S;
    const address = await line.url({ limit: POLL_LIMIT, wait });
    const [of, after] = [line.parts(), line.after()];
    const control = new AbortController();
    own.abort = () => control.abort();
    askedAt = page.Date.now();
    const answer = await ask(page, address, { ms: 1000 * POLL_WAIT_S + PATIENCE_MS, control });
    if (loop !== own) {
      return 0;
    }
    const { status, body } = answer;
    if (status === 200 && body?.events) {
      line.take(of, body);
      // What says nothing, and says so at once, would be asked for in circles.
      return body.last_id === after && page.Date.now() - askedAt < 1000 ? 1000 : 0;
    }
    throw answer;
  }

  function end() {
    loop?.abort();
    loop = null;
  }

  function start() {
    end();
    run((loop = { abort() {} }));
  }

  return {
    start,
    end,
    on: () => !!loop,
    /** The page may have slept, and the answer be lost. */
    wake() {
      if (loop && page.Date.now() - askedAt > 1000 * POLL_WAIT_S + FIRST_FRAME_MS) {
        start();
      }
    },
  };
}
