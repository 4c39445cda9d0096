/** From the best to the worst: a page is as well as the worst of what it listens to. */
const STATUSES = ['connected', 'polling', 'connecting', 'reconnecting', 'disconnected', 'disabled'];

/** @param {import('./internal').Condition[]} conditions @returns {import('./internal').Condition | undefined} */
export function worst(conditions) {
  const [found] = [...conditions].sort((a, b) => STATUSES.indexOf(b.status) - STATUSES.indexOf(a.status));
  return found && { ...found, backend: conditions.some(({ backend }) => backend === 'down') ? 'down' : 'up' };
}

/**
 * The state to show after another one; the same object where nothing has changed.
 * @param {import('./internal').Condition} condition
 * @param {import('./hermes-events').HermesState | undefined} before
 * @param {number} now
 * @returns {import('./hermes-events').HermesState}
 */
export function stateOf({ status, reason, attempt = 0, backend = 'up' }, before, now) {
  const transport = status === 'connected' ? 'sse' : status === 'polling' ? 'poll' : null;
  const since = status === before?.status ? before.since : now;
  const state = /** @type {import('./hermes-events').HermesState} */ ({ status, transport, reason, attempt, backend, since });
  return JSON.stringify(state) === JSON.stringify(before) ? /** @type {any} */ (before) : state;
}
