/** @import { Member, Page, Peers } from './internal' */

/**
 * Who leads. Each tab also holds a lock of its own name, by whose release the leader learns that the tab is gone.
 * @param {Page} page
 * @param {string} name of those that share
 * @param {Member} tab
 * @returns {Peers}
 */
export function createTabs(page, name, tab) {
  const id = `${page.Math.random()}`;
  const { locks } = page.navigator;
  const channel = new page.BroadcastChannel(name);
  const gone = new AbortController();
  /** The request to lead, waiting or granted, and the time as leader. */
  let request = gone;
  let term = gone;

  /**
   * Settles when the lock is no longer held; rejects when this tab did not give it up.
   * @param {string} lock
   * @param {object} options
   * @param {() => void} held
   */
  const hold = (lock, options, held) => locks.request(lock, options, () => new Promise((release) => {
    gone.signal.addEventListener('abort', () => release(0));
    held();
  }));

  /** Waits to lead, or leads at once in place of a leader that has fallen silent. */
  function elect(steal = false) {
    const { signal } = (request = new AbortController());
    hold(name, steal ? { steal } : { signal }, () => {
      term = new AbortController();
      tab.lead();
    }).catch(() => {
      if (!signal.aborted) {
        term.abort();
        tab.follow();
        elect();
      }
    });
  }

  channel.onmessage = (/** @type {MessageEvent} */ { data }) => tab.hear(data);
  hold(`${name} ${id}`, { signal: gone.signal }, () => {
    tab.ready();
    elect();
  }).catch(() => gone.signal.aborted || tab.lead());

  return {
    me: id,
    post: (told) => channel.postMessage(told),
    depose() {
      request.abort();
      elect(true);
    },
    mourn: (other, callback) => locks.request(`${name} ${other}`, { signal: term.signal }, callback).catch(() => {}),
    leave() {
      request.abort();
      term.abort();
      gone.abort();
      channel.close();
    },
  };
}
