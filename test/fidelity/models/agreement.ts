import type { ClientTypes } from './client-types.ts';
import { type Shape, serviceModels } from './service-models.ts';

/** What a client's types say of a shape, and its model does not: a sentence each. */
export function shapeDifferences(
  types: ClientTypes,
  client: string,
  [name, shape]: readonly [string, Shape],
): string[] {
  const place = `${client} ${name}`;
  const values = shape.enum === undefined ? undefined : types.values(client, name);
  const unknown = (values ?? []).filter((value) => shape.enum?.includes(value) !== true);
  const members = shape.type === 'structure' ? types.members(client, name) : undefined;
  const others = [...(members ?? [])].flatMap(([member, { required }]) => {
    if (shape.members?.[member] === undefined) return [`${place}.${member} is not in the model`];
    const must = shape.required?.includes(member) === true;
    return must === required ? [] : [`${place}.${member} is ${required ? '' : 'not '}required by the client's types`];
  });
  return [...unknown.map((value) => `${place} has ${value}, which the model lacks`), ...others];
}

/** The same of all services. */
export const modelDifferences = (types: ClientTypes): string[] =>
  Object.entries(serviceModels().services).flatMap(([client, { shapes }]) =>
    Object.entries(shapes).flatMap((shape) => shapeDifferences(types, client, shape)),
  );
