import type { ServerResponse } from 'node:http';
import { type RunningServer, readBody, startServer } from '../../../../localstack/stand-ins/http-server.ts';

/** The part of S3 that an upload needs, addressed by path, on this machine. */
export interface S3Server extends RunningServer {
  /** Contents by `/bucket/key`. */
  readonly objects: Map<string, string>;
  /** Content types by `/bucket/key`. */
  readonly types: Map<string, string | undefined>;
  /** Multipart uploads that were begun and neither completed nor aborted. */
  readonly open: Map<string, Map<number, string>>;
  /** What was asked for, e.g. `PUT`, `POST ?uploads`, `PUT ?partNumber&uploadId`, oldest first. */
  readonly calls: string[];
  readonly clear: () => void;
}

export async function startS3(): Promise<S3Server> {
  const objects = new Map<string, string>();
  const types = new Map<string, string | undefined>();
  const open = new Map<string, Map<number, string>>();
  const calls: string[] = [];
  let uploads = 0;
  const server = await startServer(async (request, response) => {
    const body = await readBody(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    searchParams.delete('x-id');
    const names = [...searchParams.keys()].sort().join('&');
    const call = [request.method, names && `?${names}`].join(' ').trim();
    calls.push(call);
    const id = searchParams.get('uploadId') ?? '';
    const parts = open.get(id);
    switch (call) {
      case 'PUT':
        objects.set(pathname, body);
        types.set(pathname, request.headers['content-type']);
        return void response.writeHead(200, { etag: '"whole"' }).end();
      case 'POST ?uploads': {
        uploads += 1;
        open.set(`upload-${uploads}`, new Map());
        types.set(pathname, request.headers['content-type']);
        return xml(response, 'InitiateMultipartUploadResult', `<UploadId>upload-${uploads}</UploadId>`);
      }
      case 'PUT ?partNumber&uploadId': {
        const number = Number(searchParams.get('partNumber'));
        if (!parts) return void response.writeHead(404).end();
        parts.set(number, body);
        return void response.writeHead(200, { etag: `"part-${number}"` }).end();
      }
      case 'POST ?uploadId': {
        if (!parts) return void response.writeHead(404).end();
        const ordered = [...parts].sort(([a], [b]) => a - b);
        objects.set(pathname, ordered.map(([, text]) => text).join(''));
        open.delete(id);
        return xml(response, 'CompleteMultipartUploadResult', '<ETag>"all"</ETag>');
      }
      case 'DELETE ?uploadId':
        open.delete(id);
        return void response.writeHead(204).end();
      default:
        return void response.writeHead(501).end();
    }
  });
  const clear = () => {
    for (const each of [objects, types, open]) each.clear();
    calls.length = 0;
  };
  return { ...server, objects, types, open, calls, clear };
}

function xml(response: ServerResponse, name: string, content: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`);
}
