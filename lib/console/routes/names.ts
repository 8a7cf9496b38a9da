import * as z from 'zod';
import { KEY, TYPE } from '../operations/choose.ts';

/** A job, by its key or id. */
export const NAMED = z.strictObject({ type: TYPE, key: KEY });
export const OF_TYPE = z.strictObject({ type: TYPE });
export const OPTIONAL_TYPE = z.strictObject({ type: TYPE.optional() });
