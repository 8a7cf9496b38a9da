import type { IConfiguration } from 'dependency-cruiser';

// The directions in which imports may go : one way through the house.
const from = (path: string, extra: { pathNot?: string } = {}) => ({ path, ...extra });

export const importRules = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'contract-stands-alone',
      comment: 'lib/contract is data and pure functions: no AWS SDK, no CDK, no other room',
      severity: 'error',
      from: from('^lib/contract/'),
      to: {
        path: ['^(lib/(?!contract/)|functions|bin|localstack)', 'node_modules/(@aws-|aws-cdk-lib|cdk-nag|constructs)'],
      },
    },
    {
      name: 'aws-stands-alone',
      comment: 'lib/aws is about the AWS SDK alone',
      severity: 'error',
      from: from('^lib/aws/'),
      to: { path: '^(lib/(?!aws)|functions|bin|localstack)/' },
    },
    {
      name: 'runtime-never-imports-the-cdk',
      severity: 'error',
      from: from('^(lib/(aws|contract|producer|engine|operator|testing)|functions)/', {
        pathNot: '^functions/[^/]+/resources\\.ts$',
      }),
      to: { path: ['node_modules/(aws-cdk-lib|cdk-nag|constructs)/', '^lib/infra/'] },
    },
    {
      name: 'engine-imports-only-contract-and-aws',
      severity: 'error',
      from: from('^lib/engine/'),
      to: { path: '^(lib/(?!aws|engine|contract)|functions|bin|localstack)/' },
    },
    {
      name: 'infra-never-imports-the-runtime',
      severity: 'error',
      from: from('^lib/infra/'),
      to: { path: '^(lib/(aws|engine|producer|operator|testing)|functions|bin|localstack)/' },
    },
    {
      name: 'functions-use-contract-engine-and-producer',
      comment: 'a job may send others',
      severity: 'error',
      from: from('^functions/', { pathNot: '^functions/[^/]+/resources\\.ts$' }),
      to: { path: '^(lib/(?!engine|contract|producer)|bin|localstack)/' },
    },
    {
      name: 'a-job-type-is-one-folder',
      severity: 'error',
      from: from('^functions/([^/]+)/'),
      to: { path: '^functions/[^/]+/', pathNot: '^functions/$1/' },
    },
    {
      name: 'nothing-imports-functions',
      comment: 'but bin and the catalogue’s readers',
      severity: 'error',
      from: from('^(lib|localstack)/', { pathNot: '^localstack/' }),
      to: { path: '^functions/' },
    },
    {
      name: 'producer-and-operator-use-contract-and-aws',
      severity: 'error',
      from: from('^lib/(producer|operator)/'),
      to: { path: '^(lib/(?!aws|contract|producer|operator)|functions|bin|localstack)/' },
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
