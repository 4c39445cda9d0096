import { FIRST_FRAME_MS, LONGEST_BACKOFF_MS } from './basics.js';
import { take } from './inbox.js';
import { endLines, startLines, wantFor } from './leader.js';
import { listensOf, show } from './shown.js';
import { createTabs } from './tabs.js';
import { wantedBy } from './wishes.js';

/** This tab among those that share with it: leads, or follows and watches that somebody leads. */

/** @import { Tab } from './internal' */

/** How long what nobody wants any more is kept: who leaves a view often comes back. */
export const LEAVING_MS = 1_000;

/** @param {Tab} tab @param {boolean} [missed] whether it was away, and what came then is to be told again */
export function join(tab, missed = false) {
  const { page, options, base } = tab;
  const share = options.shareKey ?? options.share;
  if (missed) {
    listensOf(tab).forEach((one) => (one.lacks = true));
    show(tab, {});
  }
  try {
    // Only those who say that they are the same user: a token does not tell.
    if (share && page.navigator.locks) {
      tab.heardAt = page.Date.now();
      tab.peers = createTabs(page, `hermes-events/2 ${new URL(base, page.location)} ${share}`, {
        ready: () => present(tab),
        lead: () => lead(tab),
        follow: () => follow(tab),
        hear: (told) => hear(tab, told),
      });
      return;
    }
  } catch {
    // Not allowed here: then each tab for itself.
  }
  lead(tab);
}

/** @param {Tab} tab */
export function suspend(tab) {
  tab.peers?.leave();
  tab.peers = undefined;
  tab.leading = false;
  endLines(tab.leader);
}

/** @param {Tab} tab @param {any} told */
export const post = (tab, told) => tab.peers?.post(told);

/** Brings what there is to what is wanted. @param {Tab} tab */
export function sync(tab) {
  if (tab.leading) {
    wantFor(tab, '', wantedBy(tab), isLacking(tab));
  } else if (tab.base) {
    present(tab);
    show(tab);
  }
}

/** @param {Tab} tab */
export function reconnect(tab) {
  startLines(tab.leader);
  if (!tab.leading) {
    post(tab, { is: 'reconnect' });
  }
}

/** @param {Tab} tab */
function lead(tab) {
  tab.leading = true;
  post(tab, { is: 'who' });
  sync(tab);
}

/** @param {Tab} tab */
function follow(tab) {
  tab.leading = false;
  endLines(tab.leader);
  tab.heardAt = tab.page.Date.now();
  present(tab);
}

/** @param {Tab} tab */
const isLacking = (tab) => listensOf(tab).some(({ lacks }) => lacks);

/** Tells the leader what this tab wants and how far it has come. @param {Tab} tab */
function present(tab) {
  post(tab, { is: 'want', tab: tab.peers?.me, parts: wantedBy(tab), missed: isLacking(tab) });
}

/** @param {Tab} tab @param {any} told */
function hear(tab, told) {
  const { is } = told;
  const now = tab.page.Date.now();
  if (told.line !== undefined) {
    // Also while this tab thinks that it leads: it may have slept, and learn only later that another one does.
    tab.heardAt = now;
    take(tab, told);
  } else if (is === 'close') {
    tab.ended.abort();
  } else if (tab.leading) {
    if (is === 'want' && wantFor(tab, told.tab, told.parts, told.missed)) {
      tab.peers?.mourn(told.tab, () => {
        tab.leader.demands.delete(told.tab);
        tab.schedule(LEAVING_MS);
      });
    } else if (is === 'reconnect') {
      reconnect(tab);
    }
  } else if (is === 'who') {
    tab.heardAt = now;
    present(tab);
  } else if (is === 'state') {
    const before = isStreamed(tab);
    if (show(tab, told.lines)) {
      tab.schedule(0);
    }
    // A frozen tab may still answer; that it is well only its heartbeats tell.
    tab.heardAt = before && isStreamed(tab) ? tab.heardAt : now;
  }
}

/** Whether the leader has a stream, and so heartbeats to tell of; one dead line says nothing of the others. @param {Tab} tab */
const isStreamed = ({ lineStates }) => Object.values(lineStates).some(({ status }) => status === 'connected');

/** Whether nothing comes, and the leader has stopped trying. @param {Tab} tab */
const isStopped = ({ shown, lineStates }) =>
  [shown, ...Object.values(lineStates)].every(({ status }) => status === 'disconnected');

/** Looks whether the leader is still there. @param {Tab} tab */
export function watch(tab) {
  const { config, peers } = tab;
  const now = tab.page.Date.now();
  // A clock may also be set back.
  const silence = Math.abs(now - tab.heardAt);
  const usual = isStreamed(tab) ? 2500 * config.heartbeat_interval + FIRST_FRAME_MS : 3 * LONGEST_BACKOFF_MS;
  if (tab.leading || !peers || silence < usual || isStopped(tab)) {
    tab.doubtedAt = 0;
  } else if (!tab.doubtedAt) {
    // After a sleep its messages may still be waiting to be heard.
    tab.doubtedAt = now;
    present(tab);
  } else if (Math.abs(now - tab.doubtedAt) > FIRST_FRAME_MS) {
    tab.heardAt = now;
    peers.depose();
  }
}
