import { isLive } from './states.js';

/** What React renders of one selection. */

/** @import { HermesEvent, HermesEvents, HermesGap, HermesSelection, HermesState } from './hermes-events' */

/**
 * What is called of the options as they are now.
 * @typedef {{
 *   named?: readonly string[],
 *   onEvent?(event: any): void,
 *   onGap?(gap: HermesGap): void,
 *   onState?(state: HermesState): void,
 *   onOpen?(): void,
 *   onClose?(): void,
 *   onError?(error: Error): void,
 * }} Handlers
 * @typedef {{ events: readonly HermesEvent<any>[], state: HermesState }} Shown
 */

/** Renders at most so often, however many events come; `onEvent` hears each. */
const RENDER_MS = 16;

/** @type {readonly HermesEvent<any>[]} */
const NOTHING = Object.freeze([]);
/** @type {HermesState} */
export const ON_SERVER = Object.freeze({
  status: 'connecting',
  transport: null,
  reason: 'server',
  attempt: 0,
  backend: 'up',
  since: 0,
});
/** @type {HermesState} */
const CONNECTING = Object.freeze({ ...ON_SERVER, reason: '' });
/** @type {Shown} */
export const SERVED = Object.freeze({ events: NOTHING, state: ON_SERVER });

/** @param {HermesState} state */
export const errorOf = ({ reason }) => new Error(`hermes-events: ${reason.replaceAll('_', ' ')}`);

/**
 * The last events of one selection and how its subscription is. Subscribed while somebody listens.
 * @param {HermesEvents} client
 * @param {HermesSelection} selection
 * @param {number} keep
 * @param {{ current: Handlers }} handlers
 */
export function createStore(client, selection, keep, handlers) {
  /** @type {Shown} */
  let shown = { events: NOTHING, state: CONNECTING };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const tell = createTeller(handlers);
  return {
    shown: () => shown,
    /** @param {() => void} changed */
    subscribe(changed) {
      const end = client.subscribe(selection, (/** @type {HermesEvent<any>} */ event) => {
        const { named } = handlers.current;
        if (named && !named.includes(event.type)) {
          return;
        }
        handlers.current.onEvent?.(event);
        shown = { ...shown, events: [...shown.events, event].slice(-keep) };
        timer ??= setTimeout(() => {
          timer = undefined;
          changed();
        }, RENDER_MS);
      }, {
        onGap: (gap) => handlers.current.onGap?.(gap),
        onState(state) {
          shown = { ...shown, state };
          tell(state);
          changed();
        },
      });
      return () => {
        clearTimeout(timer);
        timer = undefined;
        shown = { ...shown, state: CONNECTING };
        end();
      };
    },
  };
}

/** Calls the app's own callbacks for a state, those of Hermes' own hook at changes only. @param {{ current: Handlers }} handlers */
function createTeller(handlers) {
  let told = '';
  return (/** @type {HermesState} */ state) => {
    const { onState, onOpen, onClose, onError } = handlers.current;
    onState?.(state);
    const now = isLive({ ...state, backend: 'up' }) ? 'open' : state.status === 'disconnected' ? 'error' : 'closed';
    const before = told;
    told = now;
    if (now === before) {
      return;
    }
    if (now === 'open') {
      onOpen?.();
    } else if (before === 'open') {
      onClose?.();
    }
    if (now === 'error') {
      onError?.(errorOf(state));
    }
  };
}
