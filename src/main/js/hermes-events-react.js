/**
 * React adapter of hermes-events, for React 18 and later. Safe in StrictMode and on a server, where nothing is connected and
 * everything renders as `connecting`. Types are in hermes-events-react.d.ts.
 */
import { createContext, createElement, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';

const Client = createContext(null);
const NOTHING = Object.freeze([]);
const ON_SERVER = Object.freeze({ status: 'connecting', transport: null, reason: 'server', attempt: 0, backend: 'up', since: 0 });

/** Renders at most so often, however many events come; `onEvent` hears each. */
const RENDER_MS = 16;

/** Hands a client to all hooks below. */
export function HermesProvider({ client, children }) {
  return createElement(Client.Provider, { value: client }, children);
}

export function useHermes() {
  const client = useContext(Client);
  if (!client) {
    throw new Error('hermes-events: no client; wrap the app in <HermesProvider client={createHermesEvents(…)}>');
  }
  return client;
}

export function useHermesState() {
  const client = useHermes();
  return useSyncExternalStore(client.onState, () => client.state, () => ON_SERVER);
}

/** Whether events flow, by either transport, so that nothing need be fetched on a timer. */
export function isLive({ status, backend }) {
  return (status === 'connected' || status === 'polling') && backend === 'up';
}

/** The last events of one selection. Subscribed while somebody listens. */
function createStore(client, selection, keep, handlers) {
  let events = NOTHING;
  let timer;
  return {
    events: () => events,
    subscribe(changed) {
      const end = client.subscribe(selection, (event) => {
        handlers.current.onEvent?.(event);
        events = [...events, event].slice(-keep);
        timer ??= setTimeout(() => {
          timer = undefined;
          changed();
        }, RENDER_MS);
      }, { onGap: (gap) => handlers.current.onGap?.(gap) });
      return () => {
        clearTimeout(timer);
        timer = undefined;
        end();
      };
    },
  };
}

const never = () => () => {};

/** What comes for a selection: the last event and, up to `keep`, those before it. */
export function useSSE(selection, { onEvent, onGap, enabled = true, keep = 1 } = {}) {
  const client = useHermes();
  const state = useHermesState();
  const key = JSON.stringify(selection);
  const handlers = useRef({ onEvent, onGap });
  useEffect(() => {
    handlers.current = { onEvent, onGap };
  });
  const store = useMemo(() => createStore(client, JSON.parse(key), keep, handlers), [client, key, keep]);
  const events = useSyncExternalStore(enabled ? store.subscribe : never, store.events, () => NOTHING);
  const event = events[events.length - 1] ?? null;
  return { event, data: event?.data ?? null, events, state, live: enabled && isLive(state) };
}

export function useDownloadProgressSSE(downloadId, options = {}) {
  const selection = downloadId ? { channels: ['download:updates'], downloadId } : { channels: ['download:updates'] };
  const heard = useSSE(selection, { ...options, enabled: Boolean(downloadId) && options.enabled !== false });
  return { ...heard, progress: heard.data };
}

export function useQueueUpdatesSSE(options = {}) {
  return useSSE({ channels: ['queue:updates'], filters: options.filters }, options);
}

export function useStatsSSE(options) {
  const heard = useSSE({ channels: ['stats:updates'] }, options);
  return { ...heard, stats: heard.data };
}

export function useSystemEventsSSE(options = {}) {
  const heard = useSSE({ channels: ['system:notifications'] }, { keep: 20, ...options });
  return { ...heard, notifications: heard.events };
}

/**
 * Keeps a TanStack query up to date: each event is written into the cache, a gap invalidates it, and `refetchInterval` is
 * off while events flow.
 */
export function useQueryBridge(queryClient, { selection, queryKey, update, interval = false, enabled = true, onEvent, onGap }) {
  const keyOf = (event) => (typeof queryKey === 'function' ? queryKey(event) : queryKey);
  const { live, state } = useSSE(selection, {
    enabled,
    onEvent(event) {
      const key = keyOf(event);
      if (key) {
        queryClient.setQueryData(key, (before) => (update ? update(before, event) : event.data));
      }
      onEvent?.(event);
    },
    onGap(gap) {
      queryClient.invalidateQueries({ queryKey: keyOf(null) ?? undefined });
      onGap?.(gap);
    },
  });
  return { live, state, refetchInterval: live ? false : interval };
}

const SIGNS = { connected: '●', polling: '◐', connecting: '○', reconnecting: '○', disconnected: '✕', disabled: '–' };
const LABELS = {
  connected: () => 'Live',
  polling: () => 'Live, by polling',
  connecting: () => 'Connecting…',
  reconnecting: ({ attempt }) => (attempt > 1 ? `Reconnecting, attempt ${attempt}…` : 'Reconnecting…'),
  disconnected: ({ reason }) => (reason === 'idle' ? 'Not connected' : `Not connected: ${reason.replaceAll('_', ' ')}`),
  disabled: () => 'Live updates are off',
};

/** How the connection is, in words that a screen reader speaks when they change. */
export function ConnectionStatus({ labels = {}, className = 'hermes-status' }) {
  const state = useHermesState();
  const label = labels[state.status] ?? LABELS[state.status];
  const text = typeof label === 'function' ? label(state) : label;
  const source = state.backend === 'down' ? labels.backendDown ?? 'Live, but the source of events is away' : text;
  return createElement('span', { role: 'status', className, 'data-status': state.status, 'data-backend': state.backend },
    createElement('span', { 'aria-hidden': true }, SIGNS[state.status]), ' ', isLive({ ...state, backend: 'up' }) ? source : text);
}
