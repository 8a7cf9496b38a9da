import { loadDefinitions } from '../bin/cli/catalogue.ts';
import { consoleLine, newLinkByKey, startedConsole } from '../bin/cli/console.ts';
import { connect } from '../bin/cli/host.ts';
import { localStage } from '../bin/cli/local-stage.ts';
import type { Emulator } from './emulator.ts';
import { messageOf } from './errors.ts';

/**
 * Serves the console of a local stage from this process, and says where. A stage stays up without it: what is not installed is
 * said, and no error.
 *
 * @returns what stops it
 */
export async function startLocalConsole(
  { endpoint, clientConfig }: Pick<Emulator, 'endpoint' | 'clientConfig'>,
  stage: string,
  say: (line: string) => void,
): Promise<() => Promise<void>> {
  try {
    const flags = localStage()?.endpoint === endpoint ? ' --local' : ` --stage ${stage} --endpoint ${endpoint}`;
    const { aws, sqs } = connect(clientConfig);
    const running = await startedConsole({
      ...{ stage: { name: stage, aws, endpoint, flags }, sqs, definitions: await loadDefinitions({}) },
      where: { stage, region: clientConfig.region, endpoint, flags },
    });
    const print = (link: string) => say(`  ${consoleLine(link)}`);
    print(running.link);
    const giveBack = newLinkByKey(process, () => print(running.newLink()));
    return async () => {
      giveBack();
      for (const line of await running.stop()) say(`  unfinished; goes on with: ${line}`);
    };
  } catch (error) {
    say(`  Console          not started: ${messageOf(error)}`);
    return async () => {};
  }
}
