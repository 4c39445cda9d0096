/** Little things that everything here is made of. */

/** @import { Page } from './internal' */

export const PATIENCE_MS = 15_000;
export const FIRST_FRAME_MS = 5_000;
export const LONGEST_BACKOFF_MS = 30_000;

/** @param {Page} page @param {number} ms */
export const pause = (page, ms) => new Promise((resolve) => page.setTimeout(resolve, ms));

/**
 * Full jitter, 1 s doubling to 30 s: clients that failed together must not come back together.
 * @param {Page} page
 * @param {number} attempt
 * @param {number} [longest]
 */
export const backoff = (page, attempt, longest = LONGEST_BACKOFF_MS) =>
  page.Math.random() * Math.min(LONGEST_BACKOFF_MS, longest, 500 * 2 ** attempt);

/** Each value once, in order. @param {Iterable<string>} values */
export const unique = (values) => [...new Set(values)].sort();
