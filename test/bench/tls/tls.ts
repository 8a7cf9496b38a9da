import { execFile, fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { said } from '../said.ts';
import type { Stub } from '../stub/stub.ts';

/** The stub by TLS, with a latency. */
export interface Tls {
  readonly url: string;
  /** Of the authority that signed its certificate, as `NODE_EXTRA_CA_CERTS` wants it. */
  readonly authority: string;
  stop(): void;
}

/**
 * @param folder   takes the keys and certificates
 * @param oneWayMs what each direction takes
 * @throws Error if there is no `openssl`
 */
export async function startTls(stub: Pick<Stub, 'url'>, folder: string, oneWayMs: number): Promise<Tls> {
  const keys = join(folder, 'tls');
  await makeCertificates(keys);
  const argv = [new URL(stub.url).port, keys, String(oneWayMs)];
  const child = fork(new URL('main.ts', import.meta.url), argv, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { port } = (await said(child)) as { port: number };
  return {
    url: `https://localhost:${port}`,
    authority: join(keys, 'authority.pem'),
    stop: () => void child.kill(),
  };
}

/**
 * An authority of this run's own, and a certificate of `localhost` signed by it; RSA of 2,048 bits, as AWS's are.
 *
 * @param folder gets `authority.pem`, `server.pem` and `server-key.pem`
 * @throws Error if there is no `openssl`
 */
export async function makeCertificates(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const openssl = (...words: string[]) => promisify(execFile)('openssl', words, { cwd: folder });
  const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.pem`];
  await openssl('req', '-x509', ...key('authority-key'), '-out', 'authority.pem', '-days', '2', '-subj', '/CN=bench');
  await openssl('req', ...key('server-key'), '-out', 'server.csr', '-subj', '/CN=localhost');
  await writeFile(join(folder, 'names'), 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n');
  const signed = ['-CA', 'authority.pem', '-CAkey', 'authority-key.pem', '-CAcreateserial', '-extfile', 'names'];
  await openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.pem', '-days', '2');
}
