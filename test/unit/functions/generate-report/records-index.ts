import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type RunningServer, readBody, sendJson, startServer } from '../../../../localstack/stand-ins/http-server.ts';

type Item = Record<string, AttributeValue>;

/** DynamoDB's Query of the records' index by time, on this machine. */
export interface RecordsIndex extends RunningServer {
  /** What it holds, in the order of time. */
  readonly items: Item[];
  /** Items of a page. */
  pageSize: number;
  /** Names of the tables and indexes that were asked, oldest first. */
  readonly asked: string[];
  /** Called with the number of each query, from 1, before it is answered. If it throws, the answer is a 400. */
  onQuery: (count: number) => void;
}

/** A query of the index, as `generate-report` asks it. */
export interface Query {
  readonly TableName: string;
  readonly IndexName: string;
  readonly ExpressionAttributeValues: Readonly<Record<':source' | ':from' | ':to', { readonly S: string }>>;
  readonly ExclusiveStartKey?: { readonly position: { readonly N: string } };
}

export async function startRecordsIndex(): Promise<RecordsIndex> {
  const asked: string[] = [];
  const server = await startServer(async (request, response) => {
    const query = JSON.parse(await readBody(request)) as Query;
    asked.push(`${query.TableName}/${query.IndexName}`);
    try {
      index.onQuery(asked.length);
      sendJson(response, { status: 200, body: answerQuery(query, index) });
    } catch (error) {
      const body = { __type: 'com.amazonaws.dynamodb.v20120810#ValidationException', message: String(error) };
      sendJson(response, { status: 400, body });
    }
  });
  const index: RecordsIndex = { ...server, items: [], pageSize: 1000, asked, onQuery: () => {} };
  return index;
}

/** A page of what it holds. BETWEEN includes both of its ends. */
export function answerQuery(
  { ExpressionAttributeValues: values, ExclusiveStartKey }: Query,
  { items, pageSize }: Pick<RecordsIndex, 'items' | 'pageSize'>,
) {
  const [from, to] = [values[':from'].S, values[':to'].S];
  const found = items.filter(
    ({ source, updatedAt }) =>
      source?.S === values[':source'].S && String(updatedAt?.S) >= from && String(updatedAt?.S) <= to,
  );
  const first = Number(ExclusiveStartKey?.position.N ?? 0);
  const next = first + pageSize;
  return {
    Items: found.slice(first, next),
    ...(next < found.length && { LastEvaluatedKey: { position: { N: String(next) } } }),
  };
}
