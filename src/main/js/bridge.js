import { isLive } from './states.js';

/**
 * Keeps TanStack queries as new as the events. Three rules: an event is written into the cache at once; an answer that was
 * under way when an event came has that event applied over it, and is then asked for once more; and once it is known from
 * where on events are heard, everything is fetched anew, since what happened before was told to nobody.
 */

/** @import { HermesState } from './hermes-events' */
/** @import { QueryCache } from './hermes-events-react' */
/** @import { Page } from './internal' */

/**
 * Of one query: what was heard since its fetch began, whether one must still succeed, whether the one under way will do, how
 * often in a row it was repeated, and the wait for that.
 * @typedef {{ heard: any[], due: boolean, begun: boolean, repeats: number, timer?: any }} Watched
 * @typedef {{ queryKey: any, update?: (before: any, event: any) => any }} Options
 * @typedef {{ client: QueryCache, options: () => Options, page: Page, watched: Map<any, Watched>, ended: boolean }} Bridge
 */

/** Repeated fetches wait longer and longer, so that a busy stream does not become a poll without pause. */
const LONGEST_WAIT_MS = 30_000;

/**
 * @param {QueryCache} client
 * @param {() => Options} options as they are now
 * @param {Page} [page]
 */
export function createBridge(client, options, page = globalThis) {
  /** @type {Bridge} */
  const bridge = { client, options, page, watched: new Map(), ended: false };
  const cache = client.getQueryCache();
  const unsubscribe = cache.subscribe((told) => notice(bridge, told));
  /** By what events are heard; nothing while they are not. @type {string | null} */
  let heardBy = null;

  return {
    /** @param {any} event */
    heard(event) {
      const key = keyOf(bridge, event);
      if (key) {
        write(bridge, key, event);
        const query = cache.find({ queryKey: key, exact: true });
        if (query && query.state.fetchStatus !== 'idle') {
          watchedOf(bridge, query).heard.push(event);
        }
      }
    },
    freshen: () => freshen(bridge),
    /** Whether events are heard from now on. @param {Pick<HermesState, 'status' | 'backend' | 'transport'>} state */
    became(state) {
      const before = heardBy;
      heardBy = isLive(state) ? state.transport : null;
      if (heardBy && before !== heardBy) {
        freshen(bridge);
      }
    },
    end() {
      bridge.ended = true;
      unsubscribe();
      bridge.watched.forEach(({ timer }) => page.clearTimeout(timer));
    },
  };
}

/** @param {Bridge} bridge @param {any} query @returns {Watched} */
function watchedOf({ watched }, query) {
  const found = watched.get(query) ?? { heard: [], due: false, begun: false, repeats: 0 };
  watched.set(query, found);
  return found;
}

/** @param {Bridge} bridge @param {any} event */
function keyOf({ options }, event) {
  const { queryKey } = options();
  return typeof queryKey === 'function' ? queryKey(event) : queryKey;
}

/** @param {Bridge} bridge @param {any} key @param {any} event */
function write({ client, options }, key, event) {
  const { update } = options();
  client.setQueryData(key, (before) => (update ? update(before, event) : event.data));
}

/** Fetches what an event belongs to, whatever is under way. @param {Bridge} bridge */
function freshen(bridge) {
  const key = keyOf(bridge, null) ?? undefined;
  for (const query of bridge.client.getQueryCache().findAll(key && { queryKey: key })) {
    Object.assign(watchedOf(bridge, query), { due: true, begun: false, repeats: 0 });
  }
  bridge.client.invalidateQueries({ queryKey: key });
}

/** @param {Bridge} bridge @param {any} query @param {Watched} watched */
function fetchAgain(bridge, query, watched) {
  const wait = watched.repeats ? Math.min(LONGEST_WAIT_MS, 500 * 2 ** watched.repeats) : 0;
  watched.repeats++;
  bridge.page.clearTimeout(watched.timer);
  watched.timer = bridge.page.setTimeout(
    () => bridge.ended || bridge.client.invalidateQueries({ queryKey: query.queryKey, exact: true }), wait);
}

/** What the cache says of a query. @param {Bridge} bridge @param {{ type: string, query: any, action?: any }} told */
function notice(bridge, { type, query, action }) {
  const watched = bridge.watched.get(query);
  if (!watched) {
    return;
  }
  if (type === 'removed') {
    bridge.page.clearTimeout(watched.timer);
    bridge.watched.delete(query);
  } else if (action?.type === 'fetch') {
    watched.begun = true;
    watched.heard = [];
  } else if (action?.type === 'error' && watched.due) {
    fetchAgain(bridge, query, watched);
  } else if (action?.type === 'success' && !action.manual) {
    answered(bridge, query, watched);
  }
}

/**
 * An answer may be older than what was heard while it was under way.
 * @param {Bridge} bridge
 * @param {any} query
 * @param {Watched} watched
 */
function answered(bridge, query, watched) {
  const { heard } = watched;
  watched.heard = [];
  watched.due = heard.length > 0 || (watched.due && !watched.begun);
  heard.forEach((event) => write(bridge, query.queryKey, event));
  if (watched.due) {
    watched.begun = false;
    fetchAgain(bridge, query, watched);
  } else {
    watched.repeats = 0;
  }
}
