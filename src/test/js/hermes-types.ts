/** What events carry is known by their channel, and open for channels of one's own. Compiled strictly, never run. */
import type { DownloadProgress, HermesEvents, QueueUpdate } from '../../main/js/hermes-events';
import { useQueryBridge, useSSE } from '../../main/js/hermes-events-react';
import type { QueryCache } from '../../main/js/hermes-events-react';

declare module '../../main/js/hermes-events' {
  interface HermesChannels {
    'news:updates': { headline: string };
  }
}

/** Compiles only where both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : never;
const same = <A, B>(_: Same<A, B>): void => {};

export function subscriptions(events: HermesEvents, anywhere: string[]): void {
  events.subscribe({ channels: ['queue:updates'] }, ({ data }) => same<typeof data, QueueUpdate>(true));
  events.subscribe({ channels: ['queue:updates', 'download:updates'] }, ({ data }) =>
    same<typeof data, QueueUpdate | DownloadProgress>(true));
  events.subscribe({ downloadId: 'a' }, ({ data }) => same<typeof data, DownloadProgress>(true));
  events.subscribe({ channels: ['news:updates'] }, ({ data }) => same<typeof data.headline, string>(true));
  events.subscribe({ channels: anywhere }, ({ data }) => same<typeof data, unknown>(true));
  events.subscribe<{ n: number }>({ channels: ['mine'] }, ({ data }) => same<typeof data.n, number>(true));
  // @ts-expect-error a queue's events have no headline
  events.subscribe({ channels: ['queue:updates'] }, ({ data }) => data.headline.length);
  // @ts-expect-error what an unknown channel carries has to be said
  events.subscribe({ channels: ['mine'] }, ({ data }) => data.n);
}

export function hooks(queryClient: QueryCache, url: string): void {
  const queue = useSSE({ channels: ['queue:updates'] }, { onEvent: ({ data }) => same<typeof data, QueueUpdate>(true) });
  same<typeof queue.data, QueueUpdate | null>(true);
  const download = useSSE({ downloadId: 'a' });
  same<typeof download.data, DownloadProgress | null>(true);
  const mine = useSSE<{ n: number }>(url);
  same<typeof mine.data, { n: number } | null>(true);
  useSSE(url, { onEvent: ({ data }) => same<typeof data, unknown>(true) });
  useQueryBridge(queryClient, {
    selection: { channels: ['news:updates'] },
    queryKey: ['news'],
    update: (before: string[] = [], { data }) => [...before, data.headline],
  });
}
