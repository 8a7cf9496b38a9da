import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildApp } from '#sluice/infra';
import { invoice } from './invoice/definition.ts';
import { order } from './order/definition.ts';
import { retiredOrder } from './retired/definition.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { context } = JSON.parse(readFileSync(file('../../../cdk.json'), 'utf8')) as { context: Record<string, unknown> };

/** `-c retired=order` deploys the definition and the code that an operator would change to. */
const asked = JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}') as { retired?: string };
const isRetired = asked.retired === order.type;

buildApp({
  jobs: [
    { definition: isRetired ? retiredOrder : order, entry: file(`${isRetired ? 'retired' : 'order'}/handler.ts`) },
    { definition: invoice, entry: file('invoice/handler.ts') },
  ],
  dispatcherEntry: file('../../../functions/dispatcher/handler.ts'),
  props: { context },
});
