/** What the client wants and what it holds, by type: all that must outlive one stream. */

export interface ClientSubscription {
  readonly typeUrl: string;
  /** Names wanted; "*" among them for all. */
  wanted: ReadonlySet<string>;
  /** Name → version of what is in force. */
  readonly held: Map<string, string>;
  /** Whether this stream has carried a request of this type. */
  asked: boolean;
}

export interface ClientSubscriptions {
  of(typeUrl: string): ClientSubscription;
  all(): Iterable<ClientSubscription>;
  /** Forgets what belonged to the last stream. */
  newStream(): void;
}

export function createClientSubscriptions(): ClientSubscriptions {
  const byType = new Map<string, ClientSubscription>();
  return {
    all: () => byType.values(),
    of(typeUrl) {
      let subscription = byType.get(typeUrl);
      if (subscription === undefined) {
        subscription = { typeUrl, wanted: new Set(), held: new Map(), asked: false };
        byType.set(typeUrl, subscription);
      }
      return subscription;
    },
    newStream() {
      for (const subscription of byType.values()) subscription.asked = false;
    },
  };
}

/** Sets the names wanted, forgets versions of what is not wanted any more, and tells the difference. */
export function changeWanted(
  subscription: ClientSubscription,
  names: Iterable<string>,
): { added: string[]; removed: string[] } {
  const before = subscription.wanted;
  const after = new Set(names);
  subscription.wanted = after;
  const removed = [...before].filter((name) => !after.has(name));
  if (!after.has('*'))
    for (const name of subscription.held.keys()) if (!after.has(name)) subscription.held.delete(name);
  return { added: [...after].filter((name) => !before.has(name)), removed };
}
