/** What a page has, and little helpers that everything here is made of. */

/** The page, or the worker: any of what browsers put there may be missing. @type {any} */
export const page = globalThis;

export const PATIENCE_MS = 15_000;
export const FIRST_FRAME_MS = 5_000;
export const LONGEST_BACKOFF_MS = 30_000;

export const now = () => Date.now();

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One or several values as a query has them. @param {any} values */
export const list = (values) => [values].flat().join();

/**
 * Full jitter, 1 s doubling to 30 s: clients that failed together must not come back together.
 * @param {number} attempt
 */
export const backoff = (attempt) => Math.random() * Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** attempt);
