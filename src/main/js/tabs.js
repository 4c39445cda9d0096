/**
 * Who leads. Each tab also holds a lock of its own name, by whose release the leader learns that the tab is gone.
 * @param {import('./internal').Page} page
 * @param {string} name of those that share
 * @param {{ lead(): void, follow(): void, present(missed?: boolean): void, hear(told: any): void, missed: boolean }} client
 *     told when it is to lead or follow, and what others post
 */
export function createTabs(page, name, client) {
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
      client.lead();
    }).catch(() => {
      if (!signal.aborted) {
        term.abort();
        client.follow();
        elect();
      }
    });
  }

  channel.onmessage = (/** @type {MessageEvent} */ { data }) => client.hear(data);
  hold(`${name} ${id}`, { signal: gone.signal }, () => {
    client.present(client.missed);
    elect();
  }).catch(() => gone.signal.aborted || client.lead());

  return {
    id,
    post: (/** @type {any} */ told) => channel.postMessage(told),
    depose() {
      request.abort();
      elect(true);
    },
    /** Calls back once that tab is gone, while this one leads. @param {string} tab @param {() => void} callback */
    mourn: (tab, callback) => locks.request(`${name} ${tab}`, { signal: term.signal }, callback).catch(() => {}),
    leave() {
      request.abort();
      term.abort();
      gone.abort();
      channel.close();
    },
  };
}
