import { marksOf, writePart } from '../../support/tools/generated.ts';
import { deployPolicies, type Policy, typesIn } from './deployer.ts';
import { SETTINGS, synthesize } from './synth.ts';

export const PAGE = new URL('../../../lib/infra/CI.md', import.meta.url);
export const MARKS = marksOf('rights', 'node test/fidelity/templates/deployer-page.ts');

/** The resource types of every stage and setting. */
export const allTypes = async (): Promise<string[]> =>
  typesIn(await Promise.all(Object.values(SETTINGS).map((settings) => synthesize(settings))));

/** The page's part: a policy each for services and for roles, one line a service. */
export function rightsPart(types: readonly string[]): string {
  const { services, roles } = deployPolicies(types);
  const kinds = types.map((type) => `\`${type.replace('AWS::', '')}\``).join(', ');
  return [
    MARKS.start,
    `\nFor ${kinds}.\n`,
    ...block('sluice-deploy-services', services),
    ...block('sluice-deploy-roles', roles),
    MARKS.end,
  ].join('\n');
}

const block = (name: string, policy: Policy): string[] => [
  `\`${name}\`:\n`,
  '```json',
  JSON.stringify(policy)
    .replaceAll('{"Sid"', '\n{"Sid"')
    .replaceAll(/"([a-z0-9-]+):(\w|\*)/g, oncePerService()),
  '```\n',
];

/** Breaks the line where the next service begins. */
function oncePerService(): (text: string, service: string) => string {
  let last = '';
  return (text, service) => {
    const isNext = service !== last && service !== 'arn';
    if (isNext) last = service;
    return isNext ? `\n${text}` : text;
  };
}

if (process.argv[1]?.endsWith('deployer-page.ts')) writePart(PAGE, MARKS, rightsPart(await allTypes()));
