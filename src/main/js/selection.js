import { list } from './basics.js';

/**
 * What a selection means by a catalogue: part by part, each with what an event of it must have. Throws where nothing of that
 * name is there.
 * @param {import('./hermes-events').HermesSelection} selection
 * @param {Record<string, import('./internal').CatalogueEntry>} catalogue
 * @param {Record<string, string[]>} [ownTypes] types besides each channel's usual one
 */
export function partsOf({ channels, downloadId, filters }, catalogue, ownTypes) {
  const names = channels ?? Object.keys(catalogue).filter((name) => !downloadId || catalogue[name].on_connect === 'snapshot');
  /** @type {Set<string>} */
  const used = new Set();
  /** @type {Set<string>} */
  const asked = new Set();
  const parts = names.flatMap((name) => {
    const channel = catalogue[name];
    if (!channel) {
      throw { code: 'unknown_channel', detail: name };
    }
    const key = channel.key ?? 'download_id';
    const values = Object.entries({ ...filters, ...(downloadId && { [key]: downloadId }) });
    values.forEach(([field]) => asked.add(field));
    const own = Object.fromEntries(values.filter(([field]) => channel.filters.includes(field))
      .map(([field, value]) => [field, list(value)]));
    Object.keys(own).forEach((field) => used.add(field));
    const tests = Object.entries(own).map(([field, value]) => [field, value.split(/, */)]);
    const wants = (/** @type {any} */ data) => tests.every(([field, value]) => value.includes(String(data[/** @type {string} */ (field)])));
    const keyed = channel.scope.includes('<id>');
    const ids = keyed && own[key] ? own[key].split(/, */) : ['*'];
    if (keyed) {
      // The scope says it, to the gateway too.
      delete own[key];
    }
    return ids.map((id) => {
      const part = {
        channel: name,
        scope: channel.scope.replace('<id>', id),
        types: [channel.type, ...(ownTypes?.[name] ?? [])],
        filters: own,
      };
      return {
        part: { ...part, key: JSON.stringify(Object.values(part)) },
        wants: (/** @type {any} */ data) => wants(data) && (id === '*' || String(data[key]) === id),
      };
    });
  });
  for (const field of asked) {
    if (!used.has(field)) {
      throw { code: 'bad_request', detail: `No channel of ${names} has the filter ${field}` };
    }
  }
  return parts;
}

/**
 * What to ask the gateway for. It may give more than each part wants, never less.
 * @param {import('./internal').Part[]} parts
 * @returns {Record<string, string>}
 */
export function queryOf(parts) {
  const unique = (/** @type {string[]} */ values) => [...new Set(values)].sort().join();
  const [filters, differ] = new Set(parts.map((part) => JSON.stringify(part.filters)));
  return {
    channels: unique(parts.map(({ channel }) => channel)),
    scopes: unique(parts.map(({ scope }) => scope)),
    ...(differ ? {} : JSON.parse(filters)),
  };
}

/** @param {import('./internal').Part[]} parts */
export const typesOf = (parts) => [...new Set(parts.flatMap(({ types }) => types))].sort();

/** @param {import('./internal').Part[]} parts */
export const scopesOf = (parts) => [...new Set(parts.map(({ scope }) => scope))].sort();
