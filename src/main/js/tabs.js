/**
 * Who leads. Each tab also holds a lock of its own name, by whose release the leader learns that the tab is gone.
 * @param {any} client told of `lead()`, `follow()` and what others post
 */
export function createTabs(name, client) {
  const id = `${Math.random()}`;
  const channel = new BroadcastChannel(name);
  const gone = new AbortController();
  /** The request to lead, waiting or granted, and the time as leader. */
  let request = gone;
  let term = gone;

  /** Settles when the lock is no longer held; rejects when this tab did not give it up. */
  const hold = (lock, options, held) => navigator.locks.request(lock, options, () => new Promise((release) => {
    gone.signal.addEventListener('abort', release);
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

  channel.onmessage = ({ data }) => client.hear(data);
  hold(`${name} ${id}`, { signal: gone.signal }, () => {
    client.present(client.missed);
    elect();
  }).catch(() => gone.signal.aborted || client.lead());

  return {
    id,
    post: (told) => channel.postMessage(told),
    depose() {
      request.abort();
      elect(true);
    },
    /** Calls back once that tab is gone, while this one leads. */
    mourn: (tab, callback) => navigator.locks.request(`${name} ${tab}`, { signal: term.signal }, callback).catch(() => {}),
    leave() {
      request.abort();
      term.abort();
      gone.abort();
      channel.close();
    },
  };
}
