/**
 * React adapter of hermes-events, for React 18 and later. Safe in StrictMode and on a server, where nothing is connected and
 * everything renders as `connecting`. Types are in hermes-events-react.d.ts.
 */
import { createContext, createElement, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { createBridge } from './bridge.js';
import { isLive } from './states.js';
import { createStore, errorOf, ON_SERVER, SERVED } from './store.js';

/** @import { HermesEvents, HermesSelection, HermesState, HermesStatus } from './hermes-events' */
/** @typedef {typeof import('./hermes-events-react')} Adapter */

export { isLive };

const Client = createContext(/** @type {HermesEvents | null} */ (null));

/** Hands a client to all hooks below. @type {Adapter['HermesProvider']} */
export const HermesProvider = ({ client, children }) => createElement(Client.Provider, { value: client }, children);

/** @type {Adapter['useHermes']} */
export function useHermes() {
  const client = useContext(Client);
  if (!client) {
    throw new Error('hermes-events: no client; wrap the app in <HermesProvider client={createHermesEvents(…)}>');
  }
  return client;
}

/** @type {Adapter['useHermesState']} */
export function useHermesState() {
  const client = useHermes();
  return useSyncExternalStore(client.onState, () => client.state, () => ON_SERVER);
}

/** @type {Record<string, string>} */
const ROUTES = { downloads: 'download:updates', queue: 'queue:updates', stats: 'stats:updates', system: 'system:notifications' };

/**
 * What the address of a stream asks for, so that the hooks of Hermes' own app go on working with theirs.
 * @type {Adapter['selectionOf']}
 */
export function selectionOf(url) {
  const [path, query = ''] = String(url).split('?');
  const [route, id] = path.replace(/^.*\/events\/?/, '').split('/');
  if (ROUTES[route]) {
    return { channels: [ROUTES[route]], ...(id && { downloadId: decodeURIComponent(id) }) };
  }
  if (route !== 'stream') {
    const allowed = '…/events/stream, /downloads/{id}, /queue, /stats, /system';
    throw new TypeError(`hermes-events: ${path} is no stream; allowed: ${allowed}`);
  }
  const { channels: names, token, last_event_id: ignored, conflate, ...filters } = Object.fromEntries(new URLSearchParams(query));
  return { ...(names && { channels: names.split(/, */) }), filters };
}

const never = () => () => {};

/**
 * What comes for a selection, or for the address of a stream: the last event and, up to `keep`, those before it. Nothing
 * without a selection.
 * @param {HermesSelection | string | null | undefined} selection
 * @param {import('./hermes-events-react').SSEOptions<any>} [options]
 * @returns {import('./hermes-events-react').SSEResult<any>}
 */
function useSelection(selection, options = {}) {
  const { enabled = true, keep = 1, events: named, onEvent, onGap, onState, onOpen, onClose, onError } = options;
  const client = useHermes();
  const [closed, setClosed] = useState(false);
  const key = JSON.stringify(typeof selection === 'string' ? selectionOf(selection) : selection ?? null);
  const on = enabled && key !== 'null' && !closed;
  const handlers = useRef(/** @type {import('./store.js').Handlers} */ ({}));
  useEffect(() => {
    handlers.current = { named, onEvent, onGap, onState, onOpen, onClose, onError };
  });
  const store = useMemo(() => createStore(client, JSON.parse(key), keep, handlers), [client, key, keep]);
  const { events, state: own } = useSyncExternalStore(on ? store.subscribe : never, store.shown, () => SERVED);
  const state = useHermesState();
  const mine = on && state.status !== 'disabled' && own !== ON_SERVER ? own : state;
  const event = events[events.length - 1] ?? null;
  const live = on && isLive(mine);
  return {
    event,
    data: event?.data ?? null,
    events,
    state: mine,
    live,
    isConnected: live,
    isReconnecting: on && mine.status === 'reconnecting',
    reconnectAttempts: on ? mine.attempt : 0,
    error: on && mine.status === 'disconnected' ? errorOf(mine) : null,
    close: () => setClosed(true),
    reconnect() {
      setClosed(false);
      client.reconnect();
    },
  };
}

/** @type {Adapter['useSSE']} */
export const useSSE = useSelection;

/** @type {Adapter['useDownloadProgressSSE']} */
export function useDownloadProgressSSE(downloadId, options) {
  const heard = useSelection(downloadId ? { channels: ['download:updates'], downloadId } : null, options);
  return { ...heard, progress: heard.data };
}

/** @type {Adapter['useQueueUpdatesSSE']} */
export const useQueueUpdatesSSE = (options) => useSelection({ channels: ['queue:updates'], filters: options?.filters }, options);

/** @type {Adapter['useStatsSSE']} */
export function useStatsSSE(options) {
  const heard = useSelection({ channels: ['stats:updates'] }, options);
  return { ...heard, stats: heard.data };
}

/** @type {Adapter['useSystemEventsSSE']} */
export function useSystemEventsSSE(options) {
  const heard = useSelection({ channels: ['system:notifications'] }, { keep: 20, ...options });
  return { ...heard, notifications: heard.events };
}

/** The keys of Hermes' own queries. @type {Adapter['hermesKeys']} */
export const hermesKeys = Object.freeze({
  downloadProgress: (/** @type {string} */ id) => /** @type {const} */ (['download', 'progress', id]),
  queue: () => /** @type {const} */ (['queue']),
  stats: () => /** @type {const} */ (['stats']),
});

/**
 * Keeps a TanStack query up to date: each event is written into the cache, what may have been missed is fetched again, and
 * `refetchInterval` is off while events flow.
 * @param {import('./hermes-events-react').QueryCache} queryClient
 * @param {import('./hermes-events-react').QueryBridgeOptions<any, any>} options
 */
function useBridge(queryClient, { selection, queryKey, update, interval = false, enabled = true, onEvent, onGap }) {
  const latest = useRef({ queryKey, update });
  const bridge = useRef(/** @type {ReturnType<typeof createBridge> | null} */ (null));
  latest.current = { queryKey, update };
  useEffect(() => {
    const made = (bridge.current = createBridge(queryClient, () => latest.current));
    return () => {
      made.end();
      bridge.current = null;
    };
  }, [queryClient]);
  const { live, state } = useSelection(selection, {
    enabled,
    onEvent(event) {
      bridge.current?.heard(event);
      onEvent?.(event);
    },
    onGap(gap) {
      bridge.current?.freshen();
      onGap?.(gap);
    },
    onState: (state) => bridge.current?.became(state),
  });
  return { live, state, refetchInterval: live ? false : interval };
}

/** @type {Adapter['useQueryBridge']} */
export const useQueryBridge = useBridge;

/** @type {Record<HermesStatus, string>} */
const SIGNS = { connected: '●', polling: '◐', connecting: '○', reconnecting: '○', disconnected: '✕', disabled: '–' };
/** @type {Record<HermesStatus, (state: HermesState) => string>} */
const LABELS = {
  connected: () => 'Live',
  polling: () => 'Live, by polling',
  connecting: () => 'Connecting…',
  reconnecting: ({ attempt }) => (attempt > 1 ? `Reconnecting, attempt ${attempt}…` : 'Reconnecting…'),
  disconnected: ({ reason }) => (reason === 'idle' ? 'Not connected' : `Not connected: ${reason.replaceAll('_', ' ')}`),
  disabled: () => 'Live updates are off',
};

/** How the connection is, in words that a screen reader speaks when they change. @type {Adapter['ConnectionStatus']} */
export function ConnectionStatus({ labels = {}, className = 'hermes-status' }) {
  const state = useHermesState();
  const label = labels[state.status] ?? LABELS[state.status];
  const text = typeof label === 'function' ? label(state) : label;
  const source = state.backend === 'down' ? labels.backendDown ?? 'Live, but the source of events is away' : text;
  return createElement('span', { role: 'status', className, 'data-status': state.status, 'data-backend': state.backend },
    createElement('span', { 'aria-hidden': true }, SIGNS[state.status]), ' ', isLive({ ...state, backend: 'up' }) ? source : text);
}
