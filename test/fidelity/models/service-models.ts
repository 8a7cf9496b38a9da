import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `extract.py` keeps of a shape of a service model. Others are named by their names. */
export interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  /** Of a text or a list its length, of a number its value, of bytes their number. */
  readonly min?: number;
  readonly max?: number;
  /** Java's, in parts: the whole text must match. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Exactly one member is given. */
  readonly union?: boolean;
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
}

/** A service, by the name of its client. */
export interface ServiceModel {
  /** The input's shape by the operation's name. */
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export interface ServiceModels {
  readonly source: { readonly package: string; readonly version: string; readonly licence: string };
  readonly services: Readonly<Record<string, ServiceModel>>;
}

let kept: ServiceModels | undefined;

/** AWS's own models, as `extract.py` wrote them. */
export function serviceModels(): ServiceModels {
  kept ??= JSON.parse(readFileSync(join(import.meta.dirname, 'service-models.json'), 'utf8')) as ServiceModels;
  return kept;
}
