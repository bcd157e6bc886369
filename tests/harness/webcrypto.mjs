// Node 18 has the Web Cryptography interface, but not as globals, where openid-client looks for it.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;
