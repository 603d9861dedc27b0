/** Ports, dials and connections of one scenario. */

import type { Dialer, DialFailed, DialOptions, DialTarget, Wire } from '@weft/data-upstream';
import type { Random } from '@weft/kernel';
import type { SimClock } from '../clock/sim-clock.ts';
import type { PipeParts } from './pipe.ts';
import { SimWire, type WireWatch } from './sim-wire.ts';
import { fairWeather, type Weather } from './weather.ts';

export interface Listening {
  /** The protocol of those offered, as ALPN chooses it; empty: none of them. */
  chooseAlpn(offered: readonly string[]): string;
  /** @param alpn empty: plain text, or nothing agreed on. */
  accept(wire: Wire, alpn: string): void;
}

export class SimNetwork implements PipeParts {
  readonly clock: SimClock;
  readonly random: Random;
  readonly watch: WireWatch = { queuedBytesMax: 0, misuse: [], trace: undefined };
  weather: Weather;
  readonly #ports = new Map<number, Listening>();
  readonly #wires: SimWire[] = [];
  #nextPort = 40_000;

  constructor(clock: SimClock, random: Random, weather: Weather) {
    this.clock = clock;
    this.random = random;
    this.weather = weather;
  }

  listen(port: number, listening: Listening): void {
    this.#ports.set(port, listening);
  }

  /** The port refuses from now on; open connections stay. */
  unlisten(port: number): void {
    this.#ports.delete(port);
  }

  /** An actor's connection. @param from its name in traces. @returns nothing: refused. */
  connect(from: string, port: number): SimWire | undefined {
    const listening = this.#ports.get(port);
    return listening === undefined ? undefined : this.#join(from, port, listening, '');
  }

  /** All faults end: what was held up still comes late. */
  calm(): void {
    this.weather = { ...this.weather, ...calmPart };
  }

  /** Ends of connections that nobody closed. */
  openWires(): readonly string[] {
    return this.#wires.filter((wire) => !wire.gone).map(({ name }) => name);
  }

  /** A random open connection breaks. */
  cutOne(): void {
    const open = this.#wires.filter((wire) => !wire.gone);
    open[Math.floor(this.random() * open.length)]?.cut();
  }

  /** The dialer of one process. @param from its name in traces. */
  dialer(from: string): Dialer {
    return {
      dial: (target, timeoutMs, onReady, onFailed, options = {}) => {
        let over = false;
        const once = (): boolean => {
          const first = !over;
          over = true;
          return first;
        };
        const cancelTimer = this.clock.after(timeoutMs, () => {
          if (once()) onFailed('upstream_connect_failed', 'connection timeout', 'connection_timeout');
        });
        const { weather, random } = this;
        if (random() >= weather.lostDialOdds) {
          const tookMs = 2 * weather.latencyMs + random() * weather.jitterMs;
          this.clock.schedule(tookMs, () => {
            if (!once()) return;
            cancelTimer();
            this.#answer(from, target, options, onReady, onFailed);
          });
        }
        return () => {
          if (once()) cancelTimer();
        };
      },
    };
  }

  #answer(
    from: string,
    target: DialTarget,
    options: DialOptions,
    onReady: Parameters<Dialer['dial']>[2],
    onFailed: DialFailed,
  ): void {
    const listening = this.#ports.get(target.port);
    if (listening === undefined || this.random() < this.weather.refuseOdds) {
      onFailed('upstream_connect_failed', 'connect error: ECONNREFUSED', 'remote_connection_failure');
      return;
    }
    const alpn = target.tls === undefined ? '' : listening.chooseAlpn(options.alpn ?? target.tls.alpn);
    const wire = this.#join(from, target.port, listening, alpn);
    const peerUri = target.tls === undefined ? undefined : 'spiffe://cluster.local/ns/shop/sa/b';
    onReady(wire, { peerUri, alpn });
  }

  #join(from: string, port: number, listening: Listening, alpn: string): SimWire {
    const ownPort = this.#nextPort++;
    const near = `127.0.0.1:${ownPort}`;
    const far = `127.0.0.1:${port}`;
    const dialed = new SimWire(`${from}#${ownPort}>${port}`, [near, far], this, this.watch);
    const accepted = new SimWire(`${port}<${from}#${ownPort}`, [far, near], this, this.watch);
    SimWire.join(dialed, accepted);
    // The system keeps what comes before the process looks.
    accepted.pause();
    this.#wires.push(dialed, accepted);
    this.clock.schedule(this.random() < 0.5 ? 0 : this.weather.latencyMs, () => {
      if (!accepted.gone) listening.accept(accepted, alpn);
    });
    return dialed;
  }
}

const calmPart: Partial<Weather> = {
  stallOdds: 0,
  resetOdds: 0,
  refuseOdds: fairWeather.refuseOdds,
  lostDialOdds: fairWeather.lostDialOdds,
  readBytesMax: 0,
};
