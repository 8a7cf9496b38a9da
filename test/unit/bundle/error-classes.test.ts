import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import * as sqs from '@aws-sdk/client-sqs';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { withShortErrors } from '../../../lib/bundle/error-classes.ts';

type ErrorClass = (new (options: object) => Error) & { readonly shapeId: string };

/** The SDK's own source of a client's error classes. */
function sourceOf(client: string): string {
  const entry = createRequire(import.meta.url).resolve(`@aws-sdk/${client}`);
  return readFileSync(entry.replace(/dist-cjs.*/, 'dist-es/models/errors.js'), 'utf8');
}

/** Runs such a source over a base class. */
function classesOf(source: string, base: unknown): Record<string, ErrorClass> {
  const { code } = transformSync(source, { format: 'cjs' });
  const module = { exports: {} as Record<string, ErrorClass> };
  const require = () => new Proxy({}, { get: (_, name) => (name === '__esModule' ? true : base) });
  new Function('module', 'exports', 'require', code)(module, module.exports, require);
  return { ...module.exports };
}

const CLIENTS: [string, unknown][] = [
  ['client-dynamodb', dynamoDb.DynamoDBServiceException],
  ['client-sqs', sqs.SQSServiceException],
];

describe('the short error classes', () => {
  it.each(CLIENTS)('of %s are those of the SDK', (client, base) => {
    const source = sourceOf(client);
    const short = withShortErrors(source);
    expect(short.length).toBeLessThan(source.length / 2);
    const [theirs, ours] = [classesOf(source, base), classesOf(short, base)];
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
    expect(Object.keys(ours).length).toBeGreaterThan(20);
    const options = { message: 'm', $metadata: { attempts: 1 }, Message: 'M', Item: { id: { S: 'a' } } };
    const more = { CancellationReasons: [], ThrottlingReasons: [{ reason: 'r' }] };
    for (const [name, Theirs] of Object.entries(theirs)) {
      const Ours = ours[name] as ErrorClass;
      const [expected, made] = [new Theirs({ ...options, ...more }), new Ours({ ...options, ...more })];
      expect(Object.entries(made), name).toEqual(Object.entries(expected));
      expect([Ours.shapeId, made.message]).toEqual([Theirs.shapeId, expected.message]);
      expect([made instanceof Ours, made instanceof (base as ErrorClass), made instanceof Error]).toEqual([
        true,
        true,
        true,
      ]);
      expect(Object.values(ours).filter((One) => made instanceof One)).toEqual([Ours]);
    }
  });

  it('leave a class that has something of its own', () => {
    const source = sourceOf('client-dynamodb');
    const [own] = /export class ReplicatedWriteConflictException [\s\S]*?\n\}\n/.exec(source) ?? [''];
    expect(own).toContain('$retryable');
    expect(withShortErrors(source)).toContain(own);
    const odd = source.replace('this.Item = opts.Item;', 'this.Item = opts.item;');
    expect(withShortErrors(odd)).toContain('this.Item = opts.item;');
  });

  it('leave a file without any as it is', () => {
    expect(withShortErrors('export class Other {}\n')).toBe('export class Other {}\n');
  });
});
