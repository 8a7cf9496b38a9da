import { jobTypeFiles } from './job-type-files.ts';
import { PROJECT } from './layouts.ts';

/** What a new project is made of. */
export interface ProjectParts {
  /** As npm takes it. */
  readonly name: string;
  /** Packages by their ranges. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const TYPE = 'hello';

const SCRIPTS = {
  test: 'vitest run',
  types: 'tsc',
  local: 'sluice local',
  synth: 'cdk synth --quiet',
  deploy: 'cdk deploy --all',
  destroy: 'cdk destroy --all',
};

const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
  },
  exclude: ['node_modules', 'cdk.out', '.sluice'],
};

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** The files of a new project, by path: one job type with its test, the CDK app, and what runs, deploys and destroys them. */
export function projectFiles({ name, dependencies, devDependencies }: ProjectParts): Record<string, string> {
  return {
    'package.json': json({
      ...{ name, version: '0.0.0', private: true, type: 'module', scripts: SCRIPTS },
      ...{ dependencies, devDependencies },
    }),
    'tsconfig.json': json(TSCONFIG),
    'cdk.json': json({ app: 'tsx app.ts' }),
    '.gitignore': 'node_modules/\ncdk.out/\n.sluice/\n# What the command saves: it holds payloads.\nsluice-*.ndjson\n',
    'app.ts': `import { appSource, guardedApp } from 'sluice/infra';
import config from './sluice.config.ts';

// It returns the CDK's App: stacks of your own may stand beside Sluice's.
await guardedApp(await appSource(config));
`,
    [PROJECT.catalogue]: `import { defineConfig } from 'sluice/config';
import { ${TYPE} } from './${PROJECT.folder}/${TYPE}/definition.ts';

export default defineConfig(import.meta.url, {
  jobs: [
    { definition: ${TYPE}, entry: '${PROJECT.folder}/${TYPE}/handler.ts' },
  ],
  stages: { dev: { disposable: true } },
});
`,
    'README.md': readme(name),
    ...jobTypeFiles(TYPE, TYPE, PROJECT),
  };
}

const readme = (name: string) => `# ${name}

Background jobs, by Sluice. Each folder of \`${PROJECT.folder}/\` is a job type; \`${PROJECT.catalogue}\` names them all.

\`\`\`
npm test                                      # the job types' own tests
npx sluice new resize-image                   # another job type
npm run local                                 # AWS on this machine, with all of it; what you save runs (needs Python 3.10)
npx sluice send ${TYPE} '{"name":"Ada"}' --local
npx sluice queues --local
npm run deploy -- -c stage=prod               # to the account of your AWS credentials; once before: npx cdk bootstrap
npm run destroy -- -c stage=dev
\`\`\`
`;
