/** The demo's buttons: each asks the gateway to do to this page's stream what the world does to streams. */

export class Trials {
  /**
   * @param {(text: string) => void} onTrouble
   * @param {(held: boolean) => void} onStall
   * @param {(text: string) => void} onNews
   */
  constructor(access, buttons, onTrouble, onStall, onNews) {
    this.access = access;
    this.buttons = buttons;
    this.onTrouble = onTrouble;
    this.onStall = onStall;
    this.onNews = onNews;
    this.held = false;
    for (const name of ['cut', 'redis']) {
      buttons[name].addEventListener('click', () => this.press(name, name));
    }
    buttons.token.addEventListener('click', () => this.expire());
    buttons.stall.addEventListener('click', () => this.toggleStall());
    buttons.flag.addEventListener('click', () => this.toggleFlag());
  }

  offer() {
    for (const [name, button] of Object.entries(this.buttons)) {
      button.hidden = !this.access.actions.includes(name);
    }
    this.flag(this.access.enabled);
  }

  /** The state of the flag, whoever has switched it. */
  flag(enabled) {
    this.enabled = enabled;
    this.buttons.flag.textContent = enabled ? 'Switch SSE off' : 'Switch SSE on';
  }

  /** A new connection is not the one that was stalled. */
  flows() {
    if (this.held) {
      this.hold(false);
    }
  }

  hold(held) {
    this.held = held;
    this.buttons.stall.textContent = held ? 'Let it flow' : 'Stall the stream';
    this.onStall(held);
  }

  async toggleStall() {
    const held = !this.held;
    const answer = await this.press('stall', held ? 'stall' : 'flow');
    if (answer && held && answer.streams === 0) {
      this.onTrouble('No stream is open that could be stalled.');
    } else if (answer) {
      this.hold(held);
    }
  }

  async expire() {
    if (await this.press('token', 'token')) {
      this.onNews('The token is gone from Redis. The stream ends with the next heartbeat, and goes on with a new one.');
    }
  }

  async toggleFlag() {
    const answer = await this.press('flag', 'flag');
    if (answer) {
      this.flag(answer.enabled);
    }
  }

  async press(name, action) {
    const button = this.buttons[name];
    if (button.getAttribute('aria-disabled') === 'true') {
      return null;
    }
    // Disabled for real it would lose the focus.
    button.setAttribute('aria-disabled', 'true');
    try {
      const { status, body } = await this.access.ask(`/demo/${action}`, { method: 'POST' });
      if (status !== 200) {
        throw new Error(`status ${status}`);
      }
      return body;
    } catch (failure) {
      this.onTrouble(`“${button.textContent}” did not work: ${failure.message}`);
      return null;
    } finally {
      button.removeAttribute('aria-disabled');
    }
  }
}
