import { earlier } from './positions.js';

/**
 * Where each part of a line has come to.
 * @param {Record<string, string | undefined>} apart of parts that are not served yet, by key, from where on they are to be
 */
export function createPlaces(apart) {
  const places = {
    /** What is wanted. @type {import('./internal').Wanted[]} */
    parts: [],
    /** The keys of what the stream or the polling in use is for. @type {string[]} */
    served: [],
    /** What was handed on last of that. It goes back while a tab that was away is told again what it missed. @type {string | undefined} */
    cursor: undefined,

    /** @param {{ key: string }} part */
    isServed: ({ key }) => places.served.includes(key),
    /** @param {string} key */
    of: (key) => (places.served.includes(key) ? places.cursor : apart[key]),
    /** From where on all is to be told. */
    all: () => places.parts.map(({ key }) => places.of(key)).reduce(earlier, undefined),
    /** Those who do not know where things stand. */
    strangers: () => places.parts.filter((part) => part.fresh || !(places.isServed(part) || apart[part.key])),

    /** @param {import('./internal').Wanted[]} parts */
    want(parts) {
      for (const { key } of places.parts) {
        if (!parts.some((part) => part.key === key)) {
          delete apart[key];
        }
      }
      places.parts = parts;
      for (const { key, at } of parts) {
        if (!places.served.includes(key)) {
          apart[key] = earlier(apart[key], at);
        }
      }
    },
    /** They know now how things stood there. @param {string[]} keys @param {string} at */
    greet(keys, at) {
      for (const part of places.parts.filter(({ key }) => keys.includes(key))) {
        part.fresh = false;
        if (!places.isServed(part)) {
          apart[part.key] ??= at;
        }
      }
    },
    /** Events come for these, after that position. @param {import('./internal').Wanted[]} of @param {string} at */
    serve(of, at) {
      places.cursor = at;
      places.served = of.map(({ key }) => key);
      places.served.forEach((key) => delete apart[key]);
    },
    /** No events come any more. */
    leave() {
      places.served.forEach((key) => (apart[key] = places.cursor));
      places.served = [];
    },
  };
  return places;
}
