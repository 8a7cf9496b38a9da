import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/**
 * TLS in front of the stub, as far away as DynamoDB is: loopback has no latency, and each round trip of a handshake is one.
 * Client → delay → TLS → stub: what is delayed is the ciphertext, so that a handshake takes its round trips too.
 */
const [stubPort = '', folder = '', oneWayMs = ''] = process.argv.slice(2);

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** One end is gone: so is the other. */
function join(a: Socket, b: Socket): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

const pem = (name: string) => readFileSync(`${folder}/${name}.pem`);
const tls = createTlsServer({ key: pem('server-key'), cert: pem('server') }, (socket) => {
  const stub = connect(Number(stubPort), '127.0.0.1');
  stub.setNoDelay();
  join(socket, stub);
  socket.pipe(stub).pipe(socket);
});
const tlsPort = await listening(tls);

function delayed(from: Socket, to: Socket, firstMs: number): void {
  let waitMs = firstMs;
  from.on('data', (chunk) => {
    setTimeout(() => to.write(chunk), waitMs);
    waitMs = Number(oneWayMs);
  });
}

const front = createServer((client) => {
  const server = connect(tlsPort, '127.0.0.1');
  client.setNoDelay();
  server.setNoDelay();
  join(client, server);
  // The kernel answers a SYN at once: its round trip is taken with the first bytes.
  delayed(client, server, 3 * Number(oneWayMs));
  delayed(server, client, Number(oneWayMs));
});
const port = await listening(front);
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
