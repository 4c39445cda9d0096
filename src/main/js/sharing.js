import { FIRST_FRAME_MS, LONGEST_BACKOFF_MS } from './basics.js';
import { createTabs } from './tabs.js';

/** How long what nobody wants any more is kept: who leaves a view often comes back. */
export const LEAVING_MS = 1_000;

/**
 * This tab among those that share with it: leads, or follows and watches that somebody leads.
 * @param {import('./internal').Client} client
 * @param {import('./hermes-events').HermesOptions} options
 * @param {{
 *   inbox: ReturnType<typeof import('./inbox.js').createInbox>,
 *   leader: ReturnType<typeof import('./leader.js').createLeader>,
 *   shown: ReturnType<typeof import('./shown.js').createShown>,
 *   wanted(): import('./internal').Wanted[],
 *   sync(): void,
 *   schedule(ms: number): void,
 *   end(): void,
 *   reconnect(): void,
 * }} tab
 */
export function createSharing(client, options, { inbox, leader, shown, wanted, sync, schedule, end, reconnect }) {
  const { page } = client;
  const now = () => page.Date.now();
  /** The tabs of this browser that share with this one; null while it is on its own. @type {ReturnType<typeof createTabs> | null} */
  let tabs = null;
  let leading = false;
  /** When the leader was last heard, and when it was asked whether it is still there. */
  let heardAt = now();
  let doubtedAt = 0;

  function join(missed = false) {
    const share = options.shareKey ?? options.share;
    try {
      // Only those who say that they are the same user: a token does not tell.
      if (share && page.navigator.locks) {
        heardAt = now();
        const name = `hermes-events/2 ${new URL(client.base, page.location)} ${share}`;
        tabs = createTabs(page, name, { lead, follow, hear, present, missed });
        return;
      }
    } catch {
      // Not allowed here: then each tab for itself.
    }
    lead();
  }

  function suspend() {
    tabs?.leave();
    tabs = null;
    leading = false;
    leader.end();
  }

  function lead() {
    leading = true;
    post({ is: 'who' });
    sync();
  }

  function follow() {
    leading = false;
    leader.end();
    heardAt = now();
    present();
  }

  /** @param {any} told */
  function post(told) {
    tabs?.post(told);
  }

  /** Tells the leader what this tab wants and how far it has come. */
  function present(missed = false) {
    post({ is: 'want', tab: tabs?.id, parts: wanted(), missed });
  }

  /** @param {any} told */
  function hear(told) {
    const { is } = told;
    if (told.line !== undefined) {
      // Also while this tab thinks that it leads: it may have slept, and learn only later that another one does.
      heardAt = now();
      inbox.take(told);
    } else if (is === 'close') {
      end();
    } else if (leading) {
      if (is === 'want') {
        const { tab, parts, missed } = told;
        if (leader.want(tab, parts, missed)) {
          tabs?.mourn(tab, () => {
            leader.forget(tab);
            schedule(LEAVING_MS);
          });
        }
      } else if (is === 'reconnect') {
        reconnect();
      }
    } else if (is === 'who') {
      heardAt = now();
      present();
    } else if (is === 'state') {
      const before = shown.state().transport;
      shown.show(told.lines);
      // A frozen tab may still answer; that it is well only its heartbeats tell.
      heardAt = before === 'sse' && shown.state().transport === before ? heardAt : now();
    }
  }

  /** Looks whether the leader is still there. */
  function watch() {
    const { status, transport } = shown.state();
    // A clock may also be set back.
    const silence = Math.abs(now() - heardAt);
    const usual = transport === 'sse' ? 2500 * client.config.heartbeat_interval + FIRST_FRAME_MS : 3 * LONGEST_BACKOFF_MS;
    if (leading || !tabs || silence < usual || status === 'disconnected') {
      doubtedAt = 0;
    } else if (!doubtedAt) {
      // After a sleep its messages may still be waiting to be heard.
      doubtedAt = now();
      present();
    } else if (Math.abs(now() - doubtedAt) > FIRST_FRAME_MS) {
      heardAt = now();
      tabs.depose();
    }
  }

  return { join, suspend, post, present, watch, leads: () => leading };
}
