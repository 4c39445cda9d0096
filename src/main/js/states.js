/** @import { HermesState } from './hermes-events' */
/** @import { Condition } from './internal' */

/** From the best to the worst: a page is as well as the worst of what it listens to. */
const STATUSES = ['connected', 'polling', 'connecting', 'reconnecting', 'disconnected', 'disabled'];

/** Whether events flow, by either transport. @param {Pick<HermesState, 'status' | 'backend'>} state */
export const isLive = ({ status, backend }) => (status === 'connected' || status === 'polling') && backend === 'up';

/** @param {Condition[]} conditions @returns {Condition | undefined} */
export function worst(conditions) {
  const [found] = [...conditions].sort((a, b) => STATUSES.indexOf(b.status) - STATUSES.indexOf(a.status));
  return found && { ...found, backend: conditions.some(({ backend }) => backend === 'down') ? 'down' : 'up' };
}

/**
 * The state to show after another one; the same object where nothing has changed.
 * @param {Condition} condition
 * @param {HermesState | undefined} before
 * @param {number} now
 * @returns {HermesState}
 */
export function stateOf({ status, reason, attempt = 0, backend = 'up' }, before, now) {
  const transport = status === 'connected' ? 'sse' : status === 'polling' ? 'poll' : null;
  const since = status === before?.status ? before.since : now;
  const state = /** @type {HermesState} */ ({ status, transport, reason, attempt, backend, since });
  return JSON.stringify(state) === JSON.stringify(before) ? /** @type {HermesState} */ (before) : state;
}
