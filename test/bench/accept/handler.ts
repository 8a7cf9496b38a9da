import type { Accept } from '#sluice/contract';
import { consumer } from '#sluice/engine';
import { bench } from '../job/definition.ts';
import { perform } from '../job/perform.ts';

const accept: Accept<never> = ({ body }) => JSON.parse(body) as { id: string; payload: never };

/** The same job, of messages that are not Sluice's. */
export const handler = consumer({ ...bench, accept }, perform);
