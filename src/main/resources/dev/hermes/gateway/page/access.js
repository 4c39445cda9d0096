/**
 * Who may look, and at what. In the demo the gateway gives a token by itself; else somebody has to type a credential,
 * which stays in this page's memory and is gone with it.
 */

import { parse } from './tap.js';

const EVENTS = '/api/v1/events';

export class Access {
  constructor(fetch) {
    this.fetch = fetch;
    this.demo = false;
    this.actions = [];
    this.curl = '';
    this.enabled = true;
    this.credential = '';
    this.channels = [];
    /** The token in use and how many there were. */
    this.token = '';
    this.tokens = 0;
    /** The answer to the first request may serve once more. */
    this.ready = null;
  }

  /** What /hermes-events-config.js says of the channels. */
  async begin() {
    const [config, given] = await Promise.all([this.ask('/hermes-events-config.js'), this.ask('/page/access.json')]);
    this.config = parse(config.text.slice(config.text.indexOf('{'), config.text.lastIndexOf('}') + 1)).channels ?? {};
    this.take(given.body);
  }

  take(given) {
    this.demo = given.demo === true;
    if (this.demo) {
      this.actions = given.actions;
      this.curl = given.curl;
      this.enabled = given.enabled;
      this.channels = this.coveredBy(given.scope);
    }
    return given;
  }

  /** Tries the credential; resolves when it is good for something and rejects, with words to show, when it is not. */
  async present(credential) {
    this.credential = credential;
    this.tokens = 0;
    if (!credential.startsWith('sse_')) {
      this.ready = await this.mint();
      this.channels = this.coveredBy(this.ready.scope ?? '');
      return;
    }
    const allowed = [];
    for (const channel of Object.keys(this.config)) {
      // The whole channel: the client asks for no less.
      const scopes = this.config[channel].scope.replace('<id>', '*');
      const query = new URLSearchParams({ channels: channel, scopes, limit: '1', token: credential });
      const { status, body } = await this.ask(`${EVENTS}/poll?${query}`);
      if (status === 200) {
        allowed.push(channel);
      } else if (status !== 403) {
        throw new Error(String(body.detail ?? `The gateway answers ${status}`));
      }
    }
    if (allowed.length === 0) {
      throw new Error('This token is for nothing that this page shows');
    }
    this.channels = allowed;
    this.curl = `curl -N '${location.origin}${EVENTS}/stream?token=…'`;
  }

  /** A token that is good now, for the browser client. */
  async getToken() {
    let given = this.ready;
    this.ready = null;
    if (this.demo) {
      given = this.take((await this.ask('/page/access.json')).body);
    } else if (this.credential.startsWith('sse_')) {
      given = { token: this.credential };
    }
    given ??= await this.mint().catch((failure) => {
      if (failure.refused) {
        return { token: null };
      }
      throw failure;
    });
    if (given.token && given.token !== this.token) {
      this.token = given.token;
      this.tokens += 1;
    }
    // Nothing says that there will be none; then the client stops.
    return given.token && given;
  }

  /** Hermes' JWTs and API keys are too good for an address, so they are changed for a token that soon ends. */
  async mint() {
    const scopes = Object.values(this.config).map(({ scope }) => scope.replace('<id>', '*'));
    const { status, body } = await this.ask(`${EVENTS}/token`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.credential}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ scope: [...new Set(scopes)].join(' ') }),
    });
    if (status !== 200) {
      const refused = status === 401 || status === 403;
      throw Object.assign(new Error(String(body.detail ?? `The gateway answers ${status}`)), { refused });
    }
    this.curl = `curl -N -H 'Authorization: Bearer …' '${location.origin}${EVENTS}/stream'`;
    return body;
  }

  /** What happened after the event `after`, as /poll tells it: the same log, read over another route. */
  async eventsAfter(after) {
    const query = new URLSearchParams({ token: this.token, channels: this.channels.join(), after, limit: '1000' });
    const { status, body } = await this.ask(`${EVENTS}/poll?${query}`);
    if (status !== 200) {
      throw new Error(`status ${status}`);
    }
    const known = new Set(Object.values(this.config).map(({ type }) => type));
    return { ...body, events: body.events.filter(({ event }) => known.has(event)) };
  }

  coveredBy(scope) {
    const scopes = String(scope).split(' ');
    return Object.keys(this.config).filter((name) => scopes.includes(this.config[name].scope.replace('<id>', '*')));
  }

  async ask(url, options) {
    const answer = await this.fetch(url, { cache: 'no-store', ...options });
    const text = await answer.text();
    return { status: answer.status, text, body: parse(text) };
  }
}
