import { earlier } from './positions.js';
import { createLine } from './line.js';

/**
 * What the leading tab does for all: brings the lines to what the tabs want.
 * @param {import('./internal').Client} client
 */
export function createLeader(client) {
  /** @type {Map<string, import('./internal').Line>} */
  const lines = new Map();
  /** What each tab wants. @type {Map<string, import('./internal').Wanted[]>} */
  const tabs = new Map();
  /** Of the parts that could not be had with the others, the line. @type {Map<string, string>} */
  const apart = new Map();
  /** Whether each scope needs a token of its own, as far as is known. */
  let single = false;
  let serial = 0;

  /** What all tabs want of each line. */
  function demands() {
    /** @type {Map<string, import('./internal').Wanted>} */
    const parts = new Map();
    for (const part of [...tabs.values()].flat()) {
      const { at, fresh } = parts.get(part.key) ?? part;
      parts.set(part.key, { ...part, at: earlier(at, part.at), fresh: fresh || part.fresh });
    }
    /** @type {Map<string, import('./internal').Wanted[]>} */
    const found = new Map();
    for (const part of parts.values()) {
      const name = apart.get(part.key) ?? (single ? part.scope : '');
      // It stays there, also when single changes.
      apart.set(part.key, name);
      found.set(name, [...(found.get(name) ?? []), part]);
    }
    return found;
  }

  function sync() {
    const wanted = demands();
    /** @type {Record<string, string | undefined>} */
    const places = {};
    for (const [name, line] of lines) {
      line.state().parts.forEach((key) => (places[key] = line.placeOf(key)));
      if (!wanted.has(name)) {
        line.close();
        lines.delete(name);
      }
    }
    for (const key of apart.keys()) {
      if (![...wanted.values()].flat().some((part) => part.key === key)) {
        apart.delete(key);
      }
    }
    for (const [name, parts] of wanted) {
      const line = lines.get(name) ?? createLine(client, name, Object.fromEntries(parts.map(({ key }) => [key, places[key]])));
      lines.set(name, line);
      line.want(parts);
    }
    client.changed();
  }

  return {
    sync,
    /** @param {string} tab @param {import('./internal').Wanted[]} parts @param {boolean} [missed] */
    want(tab, parts, missed) {
      const isNew = !tabs.has(tab);
      tabs.set(tab, parts);
      sync();
      for (const line of lines.values()) {
        const { served } = line.state();
        const at = parts.filter(({ key }) => served.includes(key)).map((part) => part.at).reduce(earlier, undefined);
        if (at) {
          line.rewind(at, missed);
        }
      }
      return isNew;
    },
    /** @param {string} tab */
    forget: (tab) => tabs.delete(tab),
    /** All of them have been told where things stand. @param {string[]} keys */
    greeted(keys) {
      for (const part of [...tabs.values()].flat()) {
        part.fresh = part.fresh && !keys.includes(part.key);
      }
    },
    /** @param {string} name @param {string[]} keys @param {boolean} [alone] */
    divide(name, keys, alone) {
      single ||= !!alone;
      const other = `${name}/${++serial}`;
      keys.forEach((key) => apart.set(key, other));
      sync();
      lines.get(name)?.start();
    },
    /** @param {boolean} woken */
    check: (woken) => lines.forEach((line) => line.check(woken)),
    start: () => lines.forEach((line) => line.start()),
    states: () => Object.fromEntries([...lines].map(([name, line]) => [name, line.state()])),
    end() {
      lines.forEach((line) => line.close());
      lines.clear();
      tabs.clear();
    },
  };
}
