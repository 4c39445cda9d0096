/** Positions in the log, `<ms>-<seq>` or `m<epoch>-<seq>`: two numbers of up to 64 bits each, so compared as text. */

/** @param {string | undefined} id */
function parse(id) {
  const [, log, ms, serial] = /^(m?)(\d+)-(\d+)$/.exec(id ?? '') ?? [];
  return [log, ms?.padStart(20, '0') + serial?.padStart(20, '0')];
}

/**
 * Whether position a is before position b; false also where they are not of one log.
 * @param {string | undefined} a
 * @param {string | undefined} b
 */
export function isBefore(a, b) {
  const [x, y] = [parse(a), parse(b)];
  return x[0] === y[0] && x[1] < y[1];
}

/**
 * Whether who has come to position b knows what is at position a.
 * @param {string | undefined} a
 * @param {string | undefined} b
 */
export const isKnown = (a, b) => a === b || isBefore(a, b);

/**
 * The earlier one, or the one there is.
 * @param {string | undefined} a
 * @param {string | undefined} b
 */
export const earlier = (a, b) => (!a || isBefore(b, a) ? b : a);

/**
 * The later one, or the one there is.
 * @param {string | undefined} a
 * @param {string | undefined} b
 */
export const later = (a, b) => (!a || isBefore(a, b) ? b : a);
