import { stateOf, worst } from './states.js';

/**
 * What a page shows: how it is, and how each of its subscriptions is.
 * @param {ReturnType<typeof import('./inbox.js').createInbox>} inbox
 * @param {() => number} now
 */
export function createShown({ subscriptions, call }, now) {
  /** @type {import('./internal').Condition} */
  const connecting = { status: 'connecting', reason: '' };
  /** @type {Set<(state: import('./hermes-events').HermesState) => void>} */
  const listeners = new Set();
  /** How this tab is where no line says it. @type {import('./internal').Condition | null} */
  let own = { status: 'disconnected', reason: 'idle' };
  /** The lines, as the leader tells of them. @type {Record<string, import('./internal').LineState>} */
  let lines = {};
  let state = stateOf(own, undefined, now());

  /** @param {import('./internal').Listen} listen */
  function lineOf({ part: { key }, served }) {
    const line = Object.values(lines).find(({ parts }) => parts.includes(key));
    // Events come, but not these yet.
    return line && (served !== undefined || !/^(connected|polling)$/.test(line.status)) ? line : connecting;
  }

  /** @param {import('./internal').Subscription} subscription @returns {import('./internal').Condition} */
  const conditionOf = ({ listens, unknown }) =>
    own ?? (unknown ? { status: 'disconnected', reason: unknown } : worst(listens.map(lineOf))) ?? connecting;

  function render() {
    const all = [...subscriptions];
    const conditions = all.map(conditionOf);
    const before = state;
    state = stateOf(own ?? worst(conditions) ?? { status: 'disconnected', reason: 'idle' }, before, now());
    all.forEach((subscription, index) => {
      const last = subscription.state;
      subscription.state = stateOf(conditions[index], last, now());
      if (subscription.state !== last) {
        call(subscription.onState, subscription.state);
      }
    });
    if (state !== before) {
      listeners.forEach((listener) => call(listener, state));
    }
  }

  return {
    listeners,
    state: () => state,
    /** How a subscription is at first. */
    first: () => stateOf(connecting, undefined, now()),
    /** What the leader tells of the lines; without it what it told last. @param {Record<string, import('./internal').LineState>} [states] */
    show(states = lines) {
      lines = states;
      own = null;
      for (const one of [...subscriptions].flatMap(({ listens }) => listens)) {
        const [name, line] = Object.entries(lines).find(([, { served }]) => served.includes(one.part.key)) ?? [];
        one.served = name;
        one.at ??= line?.at;
      }
      render();
    },
    /** @param {import('./internal').Condition} condition */
    become(condition) {
      own = condition;
      render();
    },
  };
}
