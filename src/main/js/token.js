import { PATIENCE_MS, pause } from './basics.js';

/** A page may sleep between asking for a token and using it. */
const NEW_MS = 10_000;

/**
 * The token of a line: asked for once, however many need it, and kept until another is needed.
 * @param {import('./internal').Client} client
 * @param {(held: unknown) => void} renew told some time before it ends
 */
export function createToken(client, renew) {
  const { page } = client;
  /** Also while it is being asked for. @type {{ scopes: string[], text: Promise<string>, at: number } | null} */
  let held = null;
  /** @type {number} */
  let timer;

  /** @param {string[]} scopes @returns {Promise<any>} */
  async function mint(scopes) {
    try {
      const given = /** @type {any} */ (await Promise.race([
        pause(page, PATIENCE_MS).then(() => Promise.reject('late')),
        client.getToken(scopes),
      ]));
      const token = given?.token ?? given;
      if (token?.length) {
        return { token, ttl: given.ttl };
      }
    } catch (failure) {
      // Promises may be rejected with nothing.
      throw { minting: failure ?? 'rejected' };
    }
    throw { minting: 'no_token', permanent: true };
  }

  const end = () => page.clearTimeout(timer);

  return {
    end,
    held: () => held,
    drop: () => (held = null),
    isForMore: () => !!held?.scopes[1],
    /** Whether it has been asked for just now, and so should be good. */
    isNew: () => !!held && page.Date.now() - held.at < NEW_MS,

    /** Rejects with `minting`, why there is none. @param {string[]} scopes */
    get(scopes) {
      if (!held || !scopes.every((scope) => held?.scopes.includes(scope))) {
        /** @type {NonNullable<typeof held>} */
        const own = (held = {
          scopes,
          at: page.Date.now(),
          text: mint(scopes).then(({ token, ttl }) => {
            end();
            if (ttl) {
              // By its length, not by its end: this clock may be wrong.
              timer = page.setTimeout(() => renew(own), 900 * ttl);
            }
            return token;
          }),
        });
        own.text.catch(() => (held = held === own ? null : held));
      }
      return held.text;
    },

    /** The scopes for which there is no token, where there is one for others. @param {string[]} scopes */
    async lacking(scopes) {
      const given = await Promise.all(scopes.map((scope) => mint([scope]).catch(() => null)));
      return given.some(Boolean) ? scopes.filter((_, index) => !given[index]) : [];
    },
  };
}
