/** What the modules tell each other. Nobody else sees it, but for what tabs post: tabs of other versions read that. */
import type { HermesGap, HermesOptions, HermesSelection, HermesState } from './hermes-events';

/** What browsers put into a page or a worker, of which any may be missing; in tests a fake of it. */
export type Page = any;

/** What the gateway says of itself in /hermes-events-config.js. */
export interface Config {
  VITE_SSE_ENABLED?: boolean;
  VITE_API_BASE_URL: string;
  enabled: boolean;
  heartbeat_interval: number;
  channels: Record<string, CatalogueEntry>;
}

export interface CatalogueEntry {
  type: string;
  scope: string;
  filters: string[];
  on_connect?: string;
  key?: string;
}

/** One channel under one scope: the smallest thing that can be asked for, granted and refused. Posted. */
export interface Part {
  /** What it asks for, as a text: parts of one key are one. */
  key: string;
  channel: string;
  scope: string;
  types: string[];
  /** What the gateway filters by, where all parts of a line have that in common. */
  filters: Record<string, string>;
}

/** A part that some tab wants. Posted. */
export interface Wanted extends Part {
  /** How far all who want it have come, if they know. */
  at?: string;
  /** Whether somebody has not been told yet where things stand. */
  fresh?: boolean;
}

/** Of one subscription, what it has of one part. */
export interface Listen {
  part: Part;
  wants(data: any): boolean;
  fresh: boolean;
  /** Where it has come to; everything later is new to it. */
  at?: string;
  /** Its line, if that serves it already. */
  served?: string;
}

export interface Subscription {
  selection: HermesSelection;
  listens: Listen[];
  /** Why there is nothing to listen to: which channel is not known. */
  unknown?: string;
  state: HermesState;
  onEvent(event: any): void;
  onGap?(gap: HermesGap): void;
  onState?(state: HermesState): void;
}

/** A state before it is one of a page's: how a line is. */
export interface Condition {
  status: HermesState['status'];
  reason: string;
  attempt?: number;
  backend?: 'up' | 'down';
}

/** How a line is, what it is for, and which of that it serves already, from where. Posted. */
export interface LineState extends Condition {
  parts: string[];
  served: string[];
  at?: string;
}

/** What a line tells all tabs. Posted. */
export interface Told {
  is: 'event' | 'gap' | 'position' | 'greet' | 'error';
  line: string;
  id?: string;
  type?: string;
  channel?: string;
  data?: any;
  timestamp?: string;
  backwards?: boolean;
  gap?: any;
  keys?: string[];
  greetings?: { channel: string; event: string; data: any }[];
  code?: string;
  detail?: unknown;
}

/** What all lines of a tab share. */
export interface Client {
  page: Page;
  config: Config;
  base: string;
  getToken: HermesOptions['getToken'];
  tell(told: Told): void;
  changed(): void;
  checkHealth(): Promise<void>;
  /** Moves parts, by key, to a line of their own; `single` where no token seems to carry several scopes. */
  divide(line: string, keys: string[], single?: boolean): void;
}

export interface Line {
  want(parts: Wanted[]): void;
  start(): void;
  rewind(at: string, missed?: boolean): void;
  check(woken: boolean): void;
  close(): void;
  state(): LineState;
  placeOf(key: string): string | undefined;
}

export interface Stream {
  /** When something was seen of it last. */
  seen: number;
  frames: number;
  /** Whether a heartbeat came, so that the way is known to be open. */
  proven: boolean;
  /** How long the browser may be silent while it reconnects; 0 while connected. */
  away: number;
  reason: string;
  /** What it was opened for, and with which token. */
  parts: Wanted[];
  held: unknown;
  close(): void;
}

/** What an answer of the gateway says, whatever it is. */
export interface Answer {
  status: number;
  code: string;
  body: any;
  wait?: number;
}
