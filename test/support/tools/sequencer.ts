import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, longest first. The first ones mostly wait for an emulator's clock. */
export const LONGEST: readonly string[] = [
  'test/integration/operation.test.ts',
  'test/integration/upgrade.test.ts',
  'test/integration/cli.test.ts',
  'test/faults/simulation/schedules.test.ts',
  'test/integration/iam-replay.test.ts',
  'test/integration/parked.test.ts',
  'test/faults/simulation/mutants/other.test.ts',
  'test/integration/producer.test.ts',
  'test/unit/package/package.test.ts',
  'test/unit/bin/sluice.test.ts',
  'test/unit/localstack/deploy.test.ts',
  'test/unit/bin/catalogue.test.ts',
  'test/integration/crash.test.ts',
  'test/fidelity/templates/cfn-lint.test.ts',
  'test/integration/alarms.test.ts',
  'test/fidelity/templates/synth.test.ts',
  'test/faults/simulation/mutants/begin.test.ts',
  'test/integration/aws-contract.test.ts',
  'test/integration/languages.test.ts',
  'test/integration/removal.test.ts',
  'test/integration/stages.test.ts',
  'test/fidelity/templates/same-templates.test.ts',
  'test/unit/infra/checks/template-rules.test.ts',
  'test/unit/operator/authoring/new-job-type.test.ts',
];

/**
 * Begins with what takes longest, whatever an earlier run remembers, so that nothing long is left over at the end; files
 * that wait stand among files that work. Other files follow project by project: those of one process stay together.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((file) => moduleId.endsWith(`/${file}`));
      return place < 0 ? LONGEST.length : place;
    };
    const name = ({ project, moduleId }: TestSpecification) => `${project.name} ${moduleId}`;
    return files.toSorted((a, b) => rank(a) - rank(b) || name(a).localeCompare(name(b)));
  }
}
