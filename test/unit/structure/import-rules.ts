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
      name: 'the-console-is-a-face',
      comment: 'it has no AWS code of its own, and the command loads it only for its verb',
      severity: 'error',
      from: { path: '^lib/console/' },
      to: { path: 'node_modules/(@aws-|@smithy/)' },
    },
    {
      name: 'the-page-takes-types-alone',
      comment: 'no code of the server reaches the browser',
      severity: 'error',
      from: { path: '^lib/console/page/' },
      to: {
        path: '^(lib|bin|functions|localstack)/',
        pathNot: '^lib/console/page/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-the-console-needs-its-packages',
      comment: 'whoever installs the library has none of them, nor has a Lambda function',
      severity: 'error',
      from: { pathNot: ['^lib/console/', 'node_modules'] },
      to: { path: 'node_modules/(hono|@hono|preact|@preact|uplot)/' },
    },
    {
      name: 'the-console-is-loaded-by-its-verb',
      comment: 'other verbs start without it; `sluice mcp`, which is loaded alike, chooses and changes as it does',
      severity: 'error',
      from: { pathNot: ['^lib/console/', '^lib/mcp/'] },
      to: { path: '^lib/console/', dependencyTypesNot: ['type-only', 'dynamic-import'] },
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
