import type { ReactElement, ReactNode } from 'react';
import type { HermesEvent, HermesEvents, HermesGap, HermesSelection, HermesState, HermesStatus } from './hermes-events.js';

export function HermesProvider(props: { client: HermesEvents; children?: ReactNode }): ReactElement;
export function useHermes(): HermesEvents;
export function useHermesState(): HermesState;

/** Whether events flow, by either transport, so that nothing need be fetched on a timer. */
export function isLive(state: Pick<HermesState, 'status' | 'backend'>): boolean;

export interface SSEOptions<Data = any> {
  /** Hears each event; rendering may skip some. */
  onEvent?: (event: HermesEvent<Data>) => void;
  onGap?: (gap: HermesGap) => void;
  /** Default true. */
  enabled?: boolean;
  /** How many events to keep; default 1. */
  keep?: number;
}

export interface SSEResult<Data = any> {
  event: HermesEvent<Data> | null;
  /** Of the last event. */
  data: Data | null;
  /** The last ones, the newest at the end. */
  events: readonly HermesEvent<Data>[];
  state: HermesState;
  live: boolean;
}

export function useSSE<Data = any>(selection: HermesSelection, options?: SSEOptions<Data>): SSEResult<Data>;
export function useDownloadProgressSSE<Data = any>(
  downloadId: string | null | undefined,
  options?: SSEOptions<Data>,
): SSEResult<Data> & { progress: Data | null };
export function useQueueUpdatesSSE<Data = any>(
  options?: SSEOptions<Data> & { filters?: HermesSelection['filters'] },
): SSEResult<Data>;
export function useStatsSSE<Data = any>(options?: SSEOptions<Data>): SSEResult<Data> & { stats: Data | null };
export function useSystemEventsSSE<Data = any>(
  options?: SSEOptions<Data>,
): SSEResult<Data> & { notifications: readonly HermesEvent<Data>[] };

/** The part of TanStack's QueryClient that is used. */
export interface QueryCache {
  setQueryData(queryKey: any, updater: (before: any) => any): unknown;
  invalidateQueries(filters: { queryKey?: any }): unknown;
}

export interface QueryBridgeOptions<Cached = any, Data = any> {
  selection: HermesSelection;
  /** The query; or which one an event belongs to, asked with null for what a gap invalidates. Null is none, and all for a gap. */
  queryKey: readonly unknown[] | ((event: HermesEvent<Data> | null) => readonly unknown[] | null | undefined);
  /** The cached value after an event; without it the event's data. */
  update?: (before: Cached | undefined, event: HermesEvent<Data>) => Cached | undefined;
  /** `refetchInterval` while events do not flow. */
  interval?: number | false;
  enabled?: boolean;
  onEvent?: (event: HermesEvent<Data>) => void;
  onGap?: (gap: HermesGap) => void;
}

export function useQueryBridge<Cached = any, Data = any>(
  queryClient: QueryCache,
  options: QueryBridgeOptions<Cached, Data>,
): { live: boolean; state: HermesState; refetchInterval: number | false };

type Label = string | ((state: HermesState) => string);

export function ConnectionStatus(props: {
  labels?: Partial<Record<HermesStatus, Label>> & { backendDown?: string };
  className?: string;
}): ReactElement;
