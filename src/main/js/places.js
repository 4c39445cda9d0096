import { earlier } from './positions.js';

/** Where each part of a line has come to: what is served has come to its cursor, each other part to a place of its own. */

/** @import { Line, Part, Wanted } from './internal' */

/** @param {Line} line @param {Part} part */
export const isServed = (line, { key }) => line.served.includes(key);

/** @param {Line} line @param {string} key */
export const placeOf = (line, key) => (line.served.includes(key) ? line.cursor : line.places[key]);

/** From where on all is to be told. @param {Line} line */
export const placeOfAll = (line) => line.wanted.map(({ key }) => placeOf(line, key)).reduce(earlier, undefined);

/** Those who do not know where things stand. @param {Line} line */
export const strangersOf = (line) => line.wanted.filter(({ key, fresh }) => fresh || !placeOf(line, key));

/** What is no longer wanted here may be served by another line from now on. @param {Line} line @param {Wanted[]} parts */
export function wantParts(line, parts) {
  line.wanted = parts;
  line.served = line.served.filter((key) => parts.some((part) => part.key === key));
  line.places = Object.fromEntries(parts.map(({ key, at }) => [key, earlier(line.places[key], at)]));
}

/** They know now how things stood there. @param {Line} line @param {string[]} keys @param {string} at */
export function welcome(line, keys, at) {
  for (const part of line.wanted.filter(({ key }) => keys.includes(key))) {
    part.fresh = false;
    if (!isServed(line, part)) {
      line.places[part.key] ??= at;
    }
  }
}

/** Events come for these, after that position. @param {Line} line @param {Part[]} of @param {string} at */
export function serve(line, of, at) {
  line.cursor = at;
  line.served = of.map(({ key }) => key);
  line.served.forEach((key) => delete line.places[key]);
}

/** No events come any more. @param {Line} line */
export function leaveParts(line) {
  line.served.forEach((key) => (line.places[key] = line.cursor));
  line.served = [];
}
