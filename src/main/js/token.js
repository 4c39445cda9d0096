import { PATIENCE_MS, pause } from './basics.js';

/** @import { Tab, Tokens } from './internal' */

/** A page may sleep between asking for a token and using it. */
const NEW_MS = 10_000;

/** @param {Tab} tab @param {string[]} scopes @returns {Promise<{ token: string, ttl?: number }>} */
async function mint({ page, options }, scopes) {
  /** @type {any} */
  let given;
  try {
    given = await Promise.race([options.getToken(scopes), pause(page, PATIENCE_MS).then(() => Promise.reject('late'))]);
  } catch (/** @type {any} */ failure) {
    throw { code: 'token_failed', detail: String(failure?.message ?? failure) };
  }
  const token = given?.token ?? given;
  if (!token?.length) {
    throw { code: 'no_token' };
  }
  return { token, ttl: given.ttl };
}

/**
 * @param {Tab} tab
 * @param {(held: unknown) => void} renew told some time before it ends
 * @returns {Tokens}
 */
export function createToken(tab, renew) {
  const { page } = tab;
  /** Also while it is being asked for. @type {{ scopes: string[], text: Promise<string>, at: number } | null} */
  let held = null;
  /** @type {number} */
  let timer;
  let ends = 0;
  const endTimer = () => page.clearTimeout(timer);

  return {
    end() {
      endTimer();
      // What is asked for still sets none.
      ends++;
    },
    current: () => held,
    forget: () => (held = null),
    isForMore: () => !!held?.scopes[1],
    // A clock that was set back would make an old one new.
    isNew: () => !!held && Math.abs(page.Date.now() - held.at) < NEW_MS,

    obtain(scopes) {
      if (!scopes.every((scope) => held?.scopes.includes(scope))) {
        const before = ends;
        const text = mint(tab, scopes).then(({ token, ttl }) => {
          if (held === own && before === ends) {
            endTimer();
            // By its length, not by its end: this clock may be wrong.
            timer = ttl && page.setTimeout(() => renew(own), 900 * ttl);
          }
          return token;
        });
        const own = (held = { scopes, at: page.Date.now(), text });
        text.catch(() => (held = held === own ? null : held));
      }
      return /** @type {NonNullable<typeof held>} */ (held).text;
    },

    async lacking(scopes) {
      const given = await Promise.all(scopes.map((scope) => mint(tab, [scope]).catch(() => null)));
      return given.some(Boolean) ? scopes.filter((_, index) => !given[index]) : [];
    },
  };
}
