import { unique } from './basics.js';

/** @import { HermesSelection } from './hermes-events' */
/** @import { CatalogueEntry, Listen, Part } from './internal' */

/** @param {string | string[]} values */
const listed = (values) => [values].flat().join().split(/, */);

/**
 * What a selection means by a catalogue: part by part, each with what an event of it must have. Throws where nothing of that
 * name is there.
 * @param {HermesSelection} selection
 * @param {Record<string, CatalogueEntry>} catalogue
 * @param {Record<string, string[]>} [ownTypes] types besides each channel's usual one
 * @returns {Listen[]}
 */
export function partsOf({ channels, downloadId, filters }, catalogue, ownTypes) {
  const names = channels ?? Object.keys(catalogue).filter((name) => !downloadId || catalogue[name].on_connect === 'snapshot');
  return names.flatMap((channel) => {
    const entry = catalogue[channel];
    if (!entry) {
      throw { code: 'unknown_channel', detail: channel };
    }
    const key = entry.key ?? 'download_id';
    const asked = Object.entries({ ...filters, ...(downloadId && { [key]: downloadId }) });
    for (const [field] of asked) {
      if (!names.some((name) => catalogue[name]?.filters.includes(field))) {
        throw { code: 'bad_request', detail: `No channel of ${names} has the filter ${field}` };
      }
    }
    const tests = asked.filter(([field]) => entry.filters.includes(field))
      .map(([field, values]) => ({ field, values: listed(values) }));
    const keyed = entry.scope.includes('<id>');
    // Ids are asked for by the scope, to the gateway too.
    const ids = (keyed && tests.find(({ field }) => field === key)?.values) || ['*'];
    const others = tests.filter(({ field }) => !keyed || field !== key);
    return ids.map((id) => {
      const part = {
        channel,
        scope: entry.scope.replace('<id>', id),
        types: [entry.type, ...(ownTypes?.[channel] ?? [])],
        filters: Object.fromEntries(others.map(({ field, values }) => [field, values.join()])),
      };
      return {
        ...part,
        key: JSON.stringify(Object.values(part)),
        fresh: true,
        wants: (data) => (id === '*' || String(data[key]) === id)
          && others.every(({ field, values }) => values.includes(String(data[field]))),
      };
    });
  });
}

/**
 * What to ask the gateway for. It may give more than each part wants, never less.
 * @param {Part[]} parts
 * @returns {Record<string, any>}
 */
export function queryOf(parts) {
  const [filters, differ] = new Set(parts.map((part) => JSON.stringify(part.filters)));
  return {
    channels: unique(parts.map(({ channel }) => channel)),
    scopes: scopesOf(parts),
    ...(differ ? {} : JSON.parse(filters)),
  };
}

/** @param {Part[]} parts */
export const typesOf = (parts) => unique(parts.flatMap(({ types }) => types));

/** @param {Part[]} parts */
export const scopesOf = (parts) => unique(parts.map(({ scope }) => scope));

/** What a stream or a poll for these parts is for, as a text. @param {Part[]} parts */
export const purposeOf = (parts) => JSON.stringify([queryOf(parts), typesOf(parts)]);
