/** What comes from an app or a gateway, and what tabs post to each other: tabs of other versions read that. */
import type { HermesGap, HermesSelection, HermesState } from './hermes-events';
import type { Listen } from './records';

export type { Leader, Line, Listen, Member, Peers, Refusal, Stream, Tab, Tokens } from './records';

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

/** Named as its options. */
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

/**
 * How a line is, what it is for, and which of that it serves already: to where it has come, and where it began or last went
 * back to. Posted.
 */
export interface LineState extends Condition {
  parts: string[];
  served: string[];
  at?: string;
  from?: string;
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

/** What an answer of the gateway says, whatever it is. */
export interface Answer {
  status: number;
  code: string;
  body: any;
  wait?: number;
}
