import type { ReactElement, ReactNode } from 'react';
import type {
  DownloadProgress, HermesChannel, HermesChannels, HermesChannelSelection, HermesDownloadSelection, HermesEvent, HermesEvents,
  HermesGap, HermesSelection, HermesState, HermesStatus, QueueUpdate, StatsUpdate, SystemNotification,
} from './hermes-events.js';

export function HermesProvider(props: { client: HermesEvents; children?: ReactNode }): ReactElement;
export function useHermes(): HermesEvents;
export function useHermesState(): HermesState;

/** Whether events flow, by either transport, so that nothing need be fetched on a timer. */
export function isLive(state: Pick<HermesState, 'status' | 'backend'>): boolean;

export interface SSEOptions<Data = unknown> {
  /** Hears each event; rendering may skip some. */
  onEvent?: (event: HermesEvent<Data>) => void;
  onGap?: (gap: HermesGap) => void;
  /** Hears each change of how this subscription is. */
  onState?: (state: HermesState) => void;
  /** Default true. */
  enabled?: boolean;
  /** How many events to keep; default 1. */
  keep?: number;
  /** Only events of these types, of those that the client listens for. */
  events?: readonly string[];
  onOpen?: () => void;
  onClose?: () => void;
  onError?: (error: Error) => void;
  /** Options of Hermes' own hook. The client reconnects by itself, without end, so they change nothing. */
  reconnect?: boolean;
  maxReconnectAttempts?: number;
  reconnectDelay?: number;
  maxReconnectDelay?: number;
}

export interface SSEResult<Data = unknown> {
  event: HermesEvent<Data> | null;
  /** Of the last event. */
  data: Data | null;
  /** The last ones, the newest at the end. */
  events: readonly HermesEvent<Data>[];
  /** How this subscription is; the client's own where there is none. */
  state: HermesState;
  /** Whether events flow, so that nothing need be fetched on a timer. */
  live: boolean;
  /** The same. */
  isConnected: boolean;
  isReconnecting: boolean;
  reconnectAttempts: number;
  /** Why nothing comes, and nothing is tried any more; else null. */
  error: Error | null;
  /** Ends the subscription until `reconnect`. */
  close: () => void;
  reconnect: () => void;
}

/** What the address of a stream asks for: `…/events/downloads/{id}`, `/queue`, `/stats`, `/system` or `/stream?channels=`. */
export function selectionOf(url: string): HermesSelection;

export function useSSE<Channel extends HermesChannel>(
  selection: HermesChannelSelection<Channel> | null | undefined,
  options?: SSEOptions<HermesChannels[Channel]>,
): SSEResult<HermesChannels[Channel]>;
export function useSSE(
  selection: HermesDownloadSelection | null | undefined,
  options?: SSEOptions<DownloadProgress>,
): SSEResult<DownloadProgress>;
/** Any other, also by its address, whose data the caller knows. */
export function useSSE<Data = unknown>(
  selection: HermesSelection | string | null | undefined,
  options?: SSEOptions<Data>,
): SSEResult<Data>;
export function useDownloadProgressSSE<Data = DownloadProgress>(
  downloadId: string | null | undefined,
  options?: SSEOptions<Data>,
): SSEResult<Data> & { progress: Data | null };
export function useQueueUpdatesSSE<Data = QueueUpdate>(
  options?: SSEOptions<Data> & { filters?: HermesSelection['filters'] },
): SSEResult<Data>;
export function useStatsSSE<Data = StatsUpdate>(options?: SSEOptions<Data>): SSEResult<Data> & { stats: Data | null };
export function useSystemEventsSSE<Data = SystemNotification>(
  options?: SSEOptions<Data>,
): SSEResult<Data> & { notifications: readonly HermesEvent<Data>[] };

/** The keys of Hermes' own queries. */
export const hermesKeys: {
  downloadProgress(id: string): readonly ['download', 'progress', string];
  queue(): readonly ['queue'];
  stats(): readonly ['stats'];
};

/** The part of TanStack's QueryClient that is used. */
export interface QueryCache {
  setQueryData(queryKey: any, updater: (before: any) => any): unknown;
  invalidateQueries(filters: { queryKey?: any; exact?: boolean }): unknown;
  getQueryCache(): {
    subscribe(listener: (event: any) => void): () => void;
    find(filters: { queryKey: any; exact?: boolean }): any;
    findAll(filters?: { queryKey?: any }): any[];
  };
}

/** `Cached` is what the query holds, `Data` what the events carry. */
export interface QueryBridgeOptions<Cached = any, Data = unknown, Selection = HermesSelection> {
  selection: Selection;
  /** The query; or which one an event belongs to, asked with null for what a gap invalidates. Null is none, and all for a gap. */
  queryKey: readonly unknown[] | ((event: HermesEvent<Data> | null) => readonly unknown[] | null | undefined);
  /**
   * The cached value after an event; without it the event's data. It must not change what it is given. It is called once more
   * for an event over an answer that was under way when the event came.
   */
  update?: (before: Cached | undefined, event: HermesEvent<Data>) => Cached | undefined;
  /** `refetchInterval` while events do not flow. */
  interval?: number | false;
  enabled?: boolean;
  onEvent?: (event: HermesEvent<Data>) => void;
  onGap?: (gap: HermesGap) => void;
}

export interface QueryBridge {
  live: boolean;
  state: HermesState;
  refetchInterval: number | false;
}

export function useQueryBridge<Channel extends HermesChannel, Cached = any>(
  queryClient: QueryCache,
  options: QueryBridgeOptions<Cached, HermesChannels[Channel], HermesChannelSelection<Channel>>,
): QueryBridge;
export function useQueryBridge<Cached = any>(
  queryClient: QueryCache,
  options: QueryBridgeOptions<Cached, DownloadProgress, HermesDownloadSelection>,
): QueryBridge;
/** Any other, whose data the caller knows. */
export function useQueryBridge<Cached = any, Data = unknown>(
  queryClient: QueryCache,
  options: QueryBridgeOptions<Cached, Data>,
): QueryBridge;

type Label = string | ((state: HermesState) => string);

export function ConnectionStatus(props: {
  labels?: Partial<Record<HermesStatus, Label>> & { backendDown?: string };
  className?: string;
}): ReactElement;
