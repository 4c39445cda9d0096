/**
 * React adapter of hermes-events, for React 18 and later. Safe in StrictMode and on a server, where nothing is connected and
 * everything renders as `connecting`. Types are in hermes-events-react.d.ts.
 */
import { createContext, createElement, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { createBridge } from './bridge.js';

const Client = createContext(null);
const NOTHING = Object.freeze([]);
const ON_SERVER = Object.freeze({ status: 'connecting', transport: null, reason: 'server', attempt: 0, backend: 'up', since: 0 });
const CONNECTING = Object.freeze({ ...ON_SERVER, reason: '' });

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

/** The last events of one selection and how its subscription is. Subscribed while somebody listens. */
function createStore(client, selection, keep, handlers) {
  const waiting = { events: NOTHING, state: CONNECTING };
  let shown = waiting;
  let timer;
  return {
    shown: () => shown,
    subscribe(changed) {
      const end = client.subscribe(selection, (event) => {
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
          handlers.current.onState?.(state);
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

const never = () => () => {};

/** What the address of a stream asks for, so that the hooks of Hermes' own app go on working with theirs. */
export function selectionOf(url) {
  const [path, query = ''] = String(url).split('?');
  const [route, id] = path.replace(/^.*\/events\/?/, '').split('/');
  const channels = { downloads: 'download:updates', queue: 'queue:updates', stats: 'stats:updates', system: 'system:notifications' };
  if (channels[route]) {
    return { channels: [channels[route]], ...(id && { downloadId: decodeURIComponent(id) }) };
  }
  if (route !== 'stream') {
    throw new TypeError(`hermes-events: ${path} is no stream; allowed: …/events/stream, /downloads/{id}, /queue, /stats, /system`);
  }
  const { channels: names, token, last_event_id: ignored, conflate, ...filters } = Object.fromEntries(new URLSearchParams(query));
  return { ...(names && { channels: names.split(/, */) }), filters };
}

/**
 * What comes for a selection, or for the address of a stream: the last event and, up to `keep`, those before it. Nothing
 * without a selection.
 */
export function useSSE(selection, options = {}) {
  const { onEvent, onGap, onState, enabled = true, keep = 1, events: named, onOpen, onClose, onError } = options;
  const client = useHermes();
  const [closed, setClosed] = useState(false);
  const key = JSON.stringify(typeof selection === 'string' ? selectionOf(selection) : selection ?? null);
  const on = enabled && key !== 'null' && !closed;
  const handlers = useRef({});
  // What was heard of the state last, so that the app's own callbacks are called at changes only.
  const told = useRef('');
  useEffect(() => {
    handlers.current = {
      onEvent,
      onGap,
      named,
      onState(state) {
        onState?.(state);
        const now = isLive({ ...state, backend: 'up' }) ? 'open' : state.status === 'disconnected' ? 'error' : 'closed';
        if (now !== told.current) {
          const before = told.current;
          told.current = now;
          if (now === 'open') {
            onOpen?.();
          } else if (before === 'open') {
            onClose?.();
          }
          if (now === 'error') {
            onError?.(errorOf(state));
          }
        }
      },
    };
  });
  const store = useMemo(() => createStore(client, JSON.parse(key), keep, handlers), [client, key, keep]);
  const { events, state: own } = useSyncExternalStore(on ? store.subscribe : never, store.shown, () => SERVED);
  const state = useHermesState();
  const mine = on && state.status !== 'disabled' && own !== SERVED.state ? own : state;
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

const SERVED = Object.freeze({ events: NOTHING, state: ON_SERVER });

const errorOf = ({ reason }) => new Error(`hermes-events: ${reason.replaceAll('_', ' ')}`);

export function useDownloadProgressSSE(downloadId, options = {}) {
  const heard = useSSE(downloadId ? { channels: ['download:updates'], downloadId } : null, options);
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

/** The keys of Hermes' own queries. */
export const hermesKeys = Object.freeze({
  downloadProgress: (id) => ['download', 'progress', id],
  queue: () => ['queue'],
  stats: () => ['stats'],
});

/**
 * Keeps a TanStack query up to date: each event is written into the cache, what may have been missed is fetched again, and
 * `refetchInterval` is off while events flow.
 */
export function useQueryBridge(queryClient, { selection, queryKey, update, interval = false, enabled = true, onEvent, onGap }) {
  const latest = useRef({});
  const bridge = useRef(null);
  latest.current = { queryKey, update };
  useEffect(() => {
    const made = (bridge.current = createBridge(queryClient, () => latest.current));
    return () => {
      made.end();
      bridge.current = null;
    };
  }, [queryClient]);
  const { live, state } = useSSE(selection, {
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
