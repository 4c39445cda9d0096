/**
 * What the modules keep and hand to each other. Nobody else ever sees it, so that each name in here becomes a short one in the
 * served file: none of them may also be that of an option, of something posted or requested, or of a browser's own.
 */
import type { HermesOptions, HermesState } from './hermes-events';
import type { Answer, Condition, Config, LineState, Page, Part, Subscription, Told, Wanted } from './internal';

/** A page's client. */
export interface Tab {
  page: Page;
  options: HermesOptions;
  moduleUrl: string;
  config: Config;
  /** Where the API is; empty until the settings have been read. */
  base: string;

  // Its life.
  begun?: boolean;
  /** When the settings were read. */
  readAt: number;
  /** When it was looked at last whether all is as it seems. */
  tickedAt: number;
  /** Until `sync`. */
  syncTimer?: number;
  /** Until the end of the task in which it was closed. */
  closeTimer?: number;
  /** Aborted once it is closed. */
  ended: AbortController;

  // What it shows.
  shown: HermesState;
  subscriptions: Set<Subscription>;
  listeners: Set<(state: HermesState) => void>;
  /** Of each line the last gap. */
  gaps: Record<string, string>;
  /** How it is where no line says it. */
  own: Condition | null;
  /** The lines, as the leader tells of them. */
  lineStates: Record<string, LineState>;

  // How it shares.
  leader: Leader;
  /** Those that share with it; none while it is on its own. */
  peers?: Peers;
  leading?: boolean;
  /** When the leader was heard last, and when it was asked whether it is still there. */
  heardAt: number;
  doubtedAt?: number;

  // What its lines ask of it.
  tell(told: Told): void;
  changed(): void;
  /** Moves parts to a line of their own; `single` where no token seems to carry several scopes. */
  divide(line: string, parts: Part[], single?: boolean): void;
  /** Brings what there is to what is wanted, so many milliseconds from now. */
  schedule(ms: number): void;
}

/** Of one subscription, what it has of one part: how far it has come, and of which line, if that serves it already. */
export interface Listen extends Wanted {
  wants(data: any): boolean;
  /** The line that brings all that comes after `at`. */
  servedBy?: string;
  /** Whether it may lack what came after `at`, so that a line has to be no further, or to go back. */
  lacks?: boolean;
}

/** The tabs that share with one. */
export interface Peers {
  /** This tab's own name. */
  me: string;
  post(told: any): void;
  /** Leads at once in place of a leader that has fallen silent. */
  depose(): void;
  /** Calls back once that tab is gone, while this one leads. */
  mourn(other: string, callback: () => void): void;
  leave(): void;
}

/** What a tab does as one of several. */
export interface Member {
  /** It can be heard from now on. */
  ready(): void;
  lead(): void;
  follow(): void;
  /** What another one posts. */
  hear(told: any): void;
}

/** The token of a line: asked for once, however many need it, and kept until another is needed. */
export interface Tokens {
  /** Rejects with a code that says why there is none. */
  obtain(scopes: string[]): Promise<string>;
  /** The one in use, also while it is being asked for. */
  current(): unknown;
  forget(): void;
  isForMore(): boolean;
  /** Whether it has been asked for just now, and so should be good. */
  isNew(): boolean;
  /** The scopes for which there is no token, where there is one for others. */
  lacking(scopes: string[]): Promise<string[]>;
  end(): void;
}

/** An answer that is not the one asked for. */
export interface Refusal extends Answer {
  /** The token with which it was asked for. */
  held?: unknown;
}

/** What the leading tab knows. */
export interface Leader {
  /** The lines by name. */
  running: Map<string, Line>;
  /** What each tab wants. */
  demands: Map<string, Wanted[]>;
  /** The line of each part. */
  homes: Record<string, string>;
  /** Whether each scope needs a token of its own, as far as is known. */
  single: boolean;
  serial: number;
}

/** A connection that one token pays for. */
export interface Line extends Required<Omit<LineState, 'parts' | 'at' | 'from'>> {
  host: Tab;
  page: Page;
  name: string;
  tokens: Tokens;

  // Where it is.
  wanted: Wanted[];
  /** What was asked for last, as a text. */
  asked: string;
  /** What was handed on last. It goes back while a tab that was away is told again what it missed. */
  cursor?: string;
  /** From where on all tabs have been told everything. */
  floor?: string;
  /** Of what is not served yet, from where on it is to be. */
  places: Record<string, string | undefined>;
  /** Under way: telling those who have just begun to listen where things stand. */
  welcome?: Promise<void>;

  // Its stream.
  source?: Stream;
  /** What takes its place as soon as it is connected. */
  candidate?: Stream;
  /** Tells what is still under way from what is no longer wanted. */
  turn: number;

  // Its polling.
  loop?: AbortController;
  polledAt: number;
  /** Why streams do not get through, while polling. */
  doubt: string;

  // Its failures; `attempt` counts those since events last flowed.
  refusedOnce?: boolean;
  /** Whether events ever flowed. */
  once: boolean;
  /** Until the next attempt, and whether it may come sooner: not where the server said when. */
  retryTimer?: number;
  impatient?: boolean;

  // What its pieces ask of it.
  reopen(unsure?: boolean): void;
  rewind(at: string, missed?: boolean): void;
}

export interface Stream {
  /** When something was seen of it last. */
  seen: number;
  frames: number;
  /** Whether a heartbeat came, so that the way is known to be open. */
  proven: boolean;
  /** How long the browser may be silent while it reconnects; 0 while connected. */
  away: number;
  /** Why it will end, as the server said. */
  why: string;
  /** What it was opened for, and with which token. */
  purpose: Wanted[];
  held: unknown;
  /** After which position it was asked for; none where from now on. */
  begins?: string;
  end(): void;
}
