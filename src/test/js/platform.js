/** What a bare engine lacks of what every browser has: as much of it as the client uses. Node has all of it. */
globalThis.AbortController ??= class {
  constructor() {
    const listeners = [];
    this.signal = { aborted: false, addEventListener: (_, listener) => listeners.push(listener) };
    this.abort = () => {
      if (!this.signal.aborted) {
        this.signal.aborted = true;
        listeners.forEach((listener) => listener());
      }
    };
  }
};

globalThis.URL ??= class {
  constructor(address, base = '') {
    this.text = /^\w+:/.test(address) ? String(address) : String(base).replace(/^(\w+:\/\/[^/]*).*/, '$1') + address;
  }
  toString() {
    return this.text;
  }
};

globalThis.URLSearchParams ??= class {
  constructor(entries) {
    this.text = Object.entries(Array.isArray(entries) ? Object.fromEntries(entries) : entries)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  }
  toString() {
    return this.text;
  }
};

/** Calls back once no promise is left to be settled. The test's runner gives it where the engine has none. */
export const settled = () => new Promise((resolve) => globalThis.setImmediate(resolve));
