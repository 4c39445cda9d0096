/** Calls as Hermes' own app makes them: they must compile, strictly. Never run. */
import type { HermesEvents } from '../../main/js/hermes-events';
import { createHermesEvents } from '../../main/js/hermes-events';
import {
  hermesKeys, useDownloadProgressSSE, useQueryBridge, useQueueUpdatesSSE, useSSE, useStatsSSE, useSystemEventsSSE,
} from '../../main/js/hermes-events-react';
import type { QueryCache } from '../../main/js/hermes-events-react';

interface Progress { download_id: string; status: string; progress: { percentage: number } }

export function download(id: string | null): [number, boolean, string | undefined] {
  const { data, isConnected, error, isReconnecting, reconnectAttempts, close, reconnect } = useDownloadProgressSSE<Progress>(id);
  close();
  reconnect();
  return [data?.progress.percentage ?? reconnectAttempts, isConnected && !isReconnecting, error?.message];
}

export function byAddress(url: string | null): boolean {
  const { data, isConnected } = useSSE<Progress>(url, {
    reconnect: true, maxReconnectAttempts: 5, reconnectDelay: 1000, maxReconnectDelay: 30000, events: ['download_progress'],
    onOpen: () => {}, onClose: () => {}, onError: (error) => console.error(error.message),
  });
  return isConnected && data !== null;
}

export function others(): [string | undefined, unknown, number] {
  const queue = useQueueUpdatesSSE({ onEvent: ({ data }) => console.log(data.action) });
  const stats = useStatsSSE();
  const system = useSystemEventsSSE();
  return [queue.data?.action, stats.stats?.event, system.notifications.length];
}

export function bridge(queryClient: QueryCache, id: string): number | false {
  return useQueryBridge<Progress, Progress>(queryClient, {
    selection: { downloadId: id },
    queryKey: hermesKeys.downloadProgress(id),
    interval: 2000,
  }).refetchInterval;
}

export function client(userId: string): HermesEvents {
  const events = createHermesEvents({ getToken: async (scopes) => ({ token: scopes.join(), ttl: 600 }), shareKey: userId });
  events.subscribe<Progress>({ downloadId: 'a' }, ({ data }) => data.progress.percentage, { onState: ({ reason }) => reason });
  return events;
}
