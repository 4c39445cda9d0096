import { compare } from './positions.js';

/** What a tab has received: each event once, in order, to whom it concerns. */
export function createInbox(report) {
  /** @type {Set<any>} */
  const subscriptions = new Set();
  /** How far each line has come. @type {Record<string, string>} */
  const positions = {};
  let lastGap = '';

  function call(callback, value) {
    try {
      callback?.(value);
    } catch (failure) {
      report('callback_threw', failure);
    }
  }

  function gap({ line, gap: { reason, resumed_at: at }, gap: told }) {
    // A hole is an entry of the log, and replayed like one. After any other gap the stream goes on where that says.
    if (lastGap !== (lastGap = reason + at) && !(reason === 'source_hole' && compare(at, positions[line]) <= 0)) {
      positions[line] = at;
      for (const { spec, listens, onGap } of [...subscriptions]) {
        const channels = listens.filter((one) => one.line === line).map(({ name }) => name);
        if (channels[0]) {
          call(onGap, { ...told, channels, downloadId: spec.downloadId });
        }
      }
    }
  }

  function deliver({ line, id, type, channel, data, timestamp }) {
    for (const subscription of [...subscriptions]) {
      const from = subscription.listens.filter((one) =>
        one.line === line && (channel ? one.name === channel : one.types.includes(type)) && one.wants(data));
      // Without an id it says where things stand, which only those need who know nothing yet.
      if (from[0] && (id || subscription.fresh)) {
        subscription.fresh = false;
        call(subscription.onEvent, { id: id || null, channel: from[1] ? channel : from[0].name, type, data, timestamp });
      }
    }
  }

  function take(told) {
    const { is, line, id } = told;
    if (is === 'error') {
      report(told.code, told.detail);
    } else if (is === 'gap') {
      gap(told);
    } else if (!id || told.backwards || !(compare(id, positions[line]) <= 0)) {
      positions[line] = id || positions[line];
      if (is === 'event') {
        deliver(told);
      }
    }
  }

  return { subscriptions, positions, take, call };
}
