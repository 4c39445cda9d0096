/** Events of a Hermes gateway in the browser. */

/** What a gateway's POST /token answers; more fields do no harm. */
export interface HermesToken {
  token: string;
  /** Seconds from now. With it the token is renewed at 90 % of its life, else when the gateway says so. */
  ttl?: number;
}

export type HermesStatus = 'connecting' | 'connected' | 'reconnecting' | 'polling' | 'disconnected' | 'disabled';

export interface HermesState {
  readonly status: HermesStatus;
  readonly transport: 'sse' | 'poll' | null;
  /** Why it is so; empty while all is well. */
  readonly reason: string;
  /** Failed attempts since events last flowed. */
  readonly attempt: number;
  /** Whether the gateway has its Redis; while it has not, nothing new can come. */
  readonly backend: 'up' | 'down';
  /** When the status last changed, in milliseconds since 1970. */
  readonly since: number;
}

export interface HermesEvent<Data = unknown> {
  /** The event's position in the log; null for one that says where things stood when the subscription began. */
  readonly id: string | null;
  /** Where it can be told: always when polling, else when one channel only has that type. */
  readonly channel?: string;
  readonly type: string;
  readonly data: Data;
  /** As the producer wrote it; when polling only. */
  readonly timestamp?: string;
}

/**
 * What each channel carries. A deployment adds its own:
 * `declare module 'hermes-events' { interface HermesChannels { 'news:updates': News } }`.
 */
export interface HermesChannels {
  'download:updates': DownloadProgress;
  'queue:updates': QueueUpdate;
  'stats:updates': StatsUpdate;
  'system:notifications': SystemNotification;
  'analytics:updates': Record<string, unknown>;
  'storage:updates': Record<string, unknown>;
}

export type HermesChannel = keyof HermesChannels;

/** These, and what later versions of Hermes may add. */
export type DownloadStatus = 'queued' | 'downloading' | 'processing' | 'completed' | 'failed' | 'cancelled' | (string & {});

/** What Hermes publishes, as recorded; a producer may add to it. */
export interface DownloadProgress {
  download_id: string;
  status: DownloadStatus;
  /** While it is downloaded. */
  progress?: DownloadFigures;
  message?: string;
  /** What is known of the video, from when its page has been read. */
  result?: DownloadResult;
  title?: string;
  thumbnail_url?: string;
  /** Seconds. */
  duration?: number;
  /** With `completed`. */
  completed_at?: string;
  file_size?: number;
  output_path?: string;
  /** With `failed`. */
  error_message?: string;
  [field: string]: unknown;
}

export interface DownloadFigures {
  /** 0 to 100. */
  percentage: number;
  status: string;
  downloaded_bytes: number | null;
  total_bytes: number | null;
  /** Bytes per second. */
  speed: number | null;
  /** Seconds. */
  eta: number | null;
  [field: string]: unknown;
}

export interface DownloadResult {
  url?: string;
  title?: string;
  thumbnail_url?: string;
  extractor?: string;
  description?: string;
  /** Seconds. */
  duration?: number;
  file_size?: number;
  [field: string]: unknown;
}

export interface QueueUpdate {
  action: 'added' | 'status_changed' | 'removed' | (string & {});
  download_id: string;
  /** Not with `removed`. */
  status?: DownloadStatus;
  url?: string;
  [field: string]: unknown;
}

export interface StatsUpdate {
  event: 'download_completed' | 'stats_refresh' | (string & {});
  download_id?: string;
  /** ISO 8601. */
  timestamp: string;
  [field: string]: unknown;
}

export interface SystemNotification {
  notification_type: 'info' | 'warning' | 'error' | (string & {});
  message: string;
  [field: string]: unknown;
}

/** Events may be missing here: what comes from these channels must be fetched anew. */
export interface HermesGap {
  readonly reason: 'history_evicted' | 'unknown_cursor' | 'source_hole' | 'log_lost' | 'repeated_failure' | (string & {});
  readonly requested: string;
  readonly resumed_at: string;
  readonly from?: string;
  readonly to?: string;
  /** Of the subscription that is told, the channels and the download to refetch. */
  readonly channels: string[];
  readonly downloadId?: string;
}

export interface HermesError {
  /**
   * `token`, `no_token`, `unauthorized`, `forbidden`, `bad_request`, `unknown_channel`, `bad_frame`, `unknown_type`,
   * `id_backwards`, `callback_threw` or `closed`.
   */
  readonly code: string;
  readonly detail: unknown;
}

export interface HermesSelection<Channel extends string = string> {
  /** Without: the channel of downloads when there is a downloadId, else all. */
  channels?: readonly Channel[];
  /** Only events of this download. */
  downloadId?: string;
  /** Only events whose field has that value, or one of those; for the channels that have the filter. */
  filters?: Record<string, string | string[]>;
}

/** A selection by channels that are known here, so that it is known what their events carry. */
export type HermesChannelSelection<Channel extends HermesChannel> = HermesSelection<Channel> & { channels: readonly Channel[] };

/** One download. */
export type HermesDownloadSelection = HermesSelection & { channels?: undefined; downloadId: string };

export interface HermesCallbacks {
  onGap?: (gap: HermesGap) => void;
  /** Calls back at each change of how this subscription is, which begins as `connecting`. */
  onState?: (state: HermesState) => void;
}

export interface HermesOptions {
  /** Asked for a token of these scopes; null or nothing stops the client with the reason `no_token`. */
  getToken(scopes: string[]): Promise<string | HermesToken | null | undefined> | string | HermesToken | null | undefined;
  /** As VITE_API_BASE_URL. Without: what /hermes-events-config.js says. */
  baseUrl?: string;
  /** As VITE_SSE_ENABLED. Without: what /hermes-events-config.js says. With false nothing is ever requested. */
  enabled?: boolean;
  /**
   * Who is signed in, say the user's id: tabs of a browser with the same one share one connection. Without it each tab has its
   * own, since a token does not tell whose it is.
   */
  shareKey?: string;
  /** The same: a text is the key, and true says that everybody may hear what anybody hears. */
  share?: boolean | string;
  /** Event types besides each channel's usual one. */
  types?: Record<string, string[]>;
  /** Where /hermes-events-config.js is, unless on the page, beside the module or on the host of the API. */
  configUrl?: string;
  onError?(error: HermesError): void;
}

export interface HermesEvents {
  readonly state: HermesState;
  /** Returns a function that ends it. */
  subscribe<Channel extends HermesChannel>(
    selection: HermesChannelSelection<Channel>,
    onEvent: (event: HermesEvent<HermesChannels[Channel]>) => void,
    callbacks?: HermesCallbacks,
  ): () => void;
  subscribe(
    selection: HermesDownloadSelection,
    onEvent: (event: HermesEvent<DownloadProgress>) => void,
    callbacks?: HermesCallbacks,
  ): () => void;
  /** Any other, whose data the caller knows. */
  subscribe<Data = unknown>(
    selection: HermesSelection,
    onEvent: (event: HermesEvent<Data>) => void,
    callbacks?: HermesCallbacks,
  ): () => void;
  /** Calls back at each change from now on. Returns a function that ends it. */
  onState(listener: (state: HermesState) => void): () => void;
  /** Tries at once, also what has stopped for good. */
  reconnect(): void;
  /**
   * Ends everything, for good, at the end of the task: what is subscribed to until then, as React does in StrictMode, keeps it.
   * With `everywhere`, when somebody logs out, also in the tabs that share with this one.
   */
  close(how?: { everywhere?: boolean }): void;
}

export function createHermesEvents(options: HermesOptions): HermesEvents;
