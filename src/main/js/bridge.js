/**
 * Keeps TanStack queries as new as the events. Three rules: an event is written into the cache at once; an answer that was
 * under way when an event came has that event applied over it, and is then asked for once more; and once it is known from
 * where on events are heard, everything is fetched anew, since what happened before was told to nobody.
 */

import { isLive } from './states.js';

/** @import { HermesState } from './hermes-events' */

/** Repeated fetches wait longer and longer, so that a busy stream does not become a poll without pause. */
const LONGEST_WAIT_MS = 30_000;

/**
 * @param {import('./hermes-events-react').QueryCache} queryClient
 * @param {() => { queryKey: any, update?: (before: any, event: any) => any }} options as they are now
 * @param {import('./internal').Page} [page]
 */
export function createBridge(queryClient, options, page = globalThis) {
  /**
   * By query: what was heard since its fetch began, whether one must still succeed, whether the one under way will do, how
   * often in a row it was repeated, and the wait for that.
   * @typedef {{ heard: any[], due: boolean, begun: boolean, repeats: number, timer: any }} Record
   * @type {Map<any, Record>}
   */
  const records = new Map();
  const cache = queryClient.getQueryCache();
  let live = false;
  /** @type {string | null} */
  let transport = null;
  let ended = false;

  /** @param {any} query @returns {Record} */
  function recordOf(query) {
    const record = records.get(query) ?? { heard: [], due: false, begun: false, repeats: 0, timer: undefined };
    records.set(query, record);
    return record;
  }

  /** @param {any} event */
  function keyOf(event) {
    const { queryKey } = options();
    return typeof queryKey === 'function' ? queryKey(event) : queryKey;
  }

  /** @param {any} key @param {any} event */
  function write(key, event) {
    const { update } = options();
    queryClient.setQueryData(key, (before) => (update ? update(before, event) : event.data));
  }

  /** @param {any} query @param {Record} record */
  function again(query, record) {
    const wait = record.repeats ? Math.min(LONGEST_WAIT_MS, 500 * 2 ** record.repeats) : 0;
    record.repeats++;
    page.clearTimeout(record.timer);
    record.timer = page.setTimeout(() => ended || queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true }), wait);
  }

  const unsubscribe = cache.subscribe(({ type, query, action }) => {
    const record = records.get(query);
    if (!record) {
      return;
    }
    if (type === 'removed') {
      page.clearTimeout(record.timer);
      records.delete(query);
    } else if (action?.type === 'fetch') {
      record.begun = true;
      record.heard = [];
    } else if (action?.type === 'error' && record.due) {
      again(query, record);
    } else if (action?.type === 'success' && !action.manual) {
      const { heard, due, begun } = record;
      record.heard = [];
      record.due = heard.length > 0 || (due && !begun);
      heard.forEach((event) => write(query.queryKey, event));
      if (record.due) {
        record.begun = false;
        again(query, record);
      } else {
        record.repeats = 0;
      }
    }
  });

  /** Fetches what an event belongs to, whatever is under way. */
  function freshen() {
    const key = keyOf(null) ?? undefined;
    for (const query of cache.findAll(key && { queryKey: key })) {
      Object.assign(recordOf(query), { due: true, begun: false, repeats: 0 });
    }
    queryClient.invalidateQueries({ queryKey: key });
  }

  return {
    /** @param {any} event */
    heard(event) {
      const key = keyOf(event);
      if (key) {
        write(key, event);
        const query = cache.find({ queryKey: key, exact: true });
        if (query && query.state.fetchStatus !== 'idle') {
          recordOf(query).heard.push(event);
        }
      }
    },
    freshen,
    /** Whether events are heard from now on. @param {Pick<HermesState, 'status' | 'backend' | 'transport'>} state */
    became(state) {
      const before = live && transport;
      live = isLive(state);
      transport = state.transport;
      if (live && before !== transport) {
        freshen();
      }
    },
    end() {
      ended = true;
      unsubscribe();
      records.forEach(({ timer }) => page.clearTimeout(timer));
    },
  };
}
