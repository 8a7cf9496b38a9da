import type { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser';
import { ROOMS, type Room } from './rooms.ts';

const filesOf = (name: string): string => {
  const room = ROOMS.find((one) => one.name === name);
  if (room === undefined) throw new TypeError(`there is no room "${name}"`);
  return room.files;
};

/** A file of a room imports files of its own room, and of the rooms that are listed. */
const roomRule = ({ name, files, imports }: Room): IForbiddenRuleType => ({
  name: `imports of ${name}`,
  severity: 'error',
  from: { path: files },
  to: { path: '^(lib|functions|bin|localstack)/', pathNot: [files, ...imports.map(filesOf)] },
});

export const importRules = {
  forbidden: [
    ...ROOMS.map(roomRule),
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every-import-is-found',
      comment: 'one that is not found is checked by no rule',
      severity: 'error',
      from: { pathNot: 'node_modules' },
      to: { couldNotResolve: true },
    },
    {
      name: 'a-job-type-is-one-folder',
      severity: 'error',
      comment: 'a flow names other types by their definitions',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^functions/[^/]+/', pathNot: ['^functions/$1/', '^functions/[^/]+/definition\\.ts$'] },
    },
    {
      name: 'contract-is-data-and-pure-functions',
      comment: 'no AWS SDK',
      severity: 'error',
      from: { path: '^lib/contract/' },
      to: { path: 'node_modules/@aws-' },
    },
    {
      name: 'only-stacks-use-the-cdk',
      comment: 'a Lambda function must never load it',
      severity: 'error',
      from: { pathNot: ['^lib/infra/', '^functions/[^/]+/resources\\.ts$', 'node_modules'] },
      to: { path: 'node_modules/(aws-cdk-lib|cdk-nag|constructs)/' },
    },
    {
      name: 'what-is-packed-needs-no-development-package',
      comment: 'pnpm gives a package what it names, and no more',
      severity: 'error',
      from: { path: '^(lib|bin|localstack)/', pathNot: '^localstack/tour/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main'],
    },
  },
} satisfies IConfiguration;
