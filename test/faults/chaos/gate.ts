import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server of this machine that can be shut: then connections are refused, and those that are open are cut. */
export interface Gate {
  readonly port: number;
  open(): Promise<void>;
  shut(): Promise<void>;
}

/** An open gate on a free port of 127.0.0.1. */
export async function startGate(targetPort: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    // A cut connection is what a shut gate is for.
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
    return socket;
  };
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server = createServer((socket) => {
        const onward = keep(connect(targetPort, '127.0.0.1'));
        keep(socket).pipe(onward).pipe(socket);
        socket.once('close', () => onward.destroy());
        onward.once('close', () => socket.destroy());
      });
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server?.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  const port = await listen(0);
  return {
    port,
    open: async () => void (server === undefined && (await listen(port))),
    shut: () =>
      new Promise((resolve) => {
        const closing = server;
        server = undefined;
        if (closing === undefined) return resolve();
        closing.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
