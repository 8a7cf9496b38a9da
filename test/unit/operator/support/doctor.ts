import { doctor, type Finding } from '../../../../lib/operator/index.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { makeWorld } from '../../../support/world.ts';
import { stageOf } from './stage.ts';

/** A stage with one job type, all well, whose parts can be changed. */
export function deployed() {
  const world = makeWorld();
  const plane = makeControlPlane('probe', world.clock.now());
  return { world, plane, stage: stageOf(world, plane.aws) };
}
export type There = ReturnType<typeof deployed>;

/** The findings of one check. */
export async function look({ world, stage }: There, check: string, more = {}): Promise<Finding[]> {
  const findings = await doctor(stage, { definitions: [world.definition], ...more });
  return findings.filter((finding) => finding.check === check);
}

/** What DynamoDB answers to a query or scan, in place of the table's own items. */
export function answer({ world }: There, name: string, answers: readonly object[]) {
  const client = world.dynamoDb.client as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  const inputs: Record<string, unknown>[] = [];
  client.send = async (command) => {
    if (command.constructor.name !== `${name}Command`) return send(command);
    inputs.push((command as { input: Record<string, unknown> }).input);
    return answers[inputs.length - 1] ?? answers.at(-1) ?? {};
  };
  return inputs;
}
