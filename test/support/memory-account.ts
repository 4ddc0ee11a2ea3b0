import type { AccountStore, Registration } from '../../src/core/ports.ts';

/** An account store in memory, open to the test. `steps` tells in which order things were stored. */
export type MemoryAccount = AccountStore & {
  keyPem: string | null;
  nextKeyPem: string | null;
  registration: Registration | null;
  readonly steps: string[];
};

export function memoryAccount(): MemoryAccount {
  const account: MemoryAccount = {
    keyPem: null,
    nextKeyPem: null,
    registration: null,
    steps: [],
    async read() {
      const { keyPem, nextKeyPem, registration } = account;
      return keyPem === null ? null : { keyPem, nextKeyPem, registration };
    },
    async createKey(keyPem) {
      account.keyPem = keyPem;
      account.steps.push('key');
    },
    async save(registration) {
      account.registration = registration;
      account.steps.push('url');
    },
    async createNextKey(keyPem) {
      account.nextKeyPem = keyPem;
      account.steps.push('next key');
    },
    async adoptNextKey() {
      account.keyPem = account.nextKeyPem;
      account.nextKeyPem = null;
      account.steps.push('next key adopted');
    },
    async dropNextKey() {
      account.nextKeyPem = null;
      account.steps.push('next key dropped');
    },
    async remove() {
      account.keyPem = null;
      account.nextKeyPem = null;
      account.registration = null;
      account.steps.push('removed');
    },
  };
  return account;
}
