import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { beforeAll, describe, expect, it } from 'vitest';
import { importRules } from './import-rules.ts';
import { ROOMS, roomsOf } from './rooms.ts';

let result: ICruiseResult;

beforeAll(async () => {
  const { forbidden, options } = importRules;
  const folders = ['bin', 'functions', 'lib', 'localstack'];
  const { output } = await cruise(folders, { ...options, ruleSet: { forbidden }, validate: true });
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered text');
  result = output;
}, 60_000);

const sources = () =>
  result.modules.map(({ source }) => source).filter((source) => /^(bin|functions|lib|localstack)\//.test(source));

describe('imports', () => {
  it('go only to the rooms that are listed', () => {
    const { violations } = result.summary;
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });

  it('are read from TypeScript', () => {
    // A checker that cannot read TypeScript would find no import and no violation.
    const read = result.modules.filter(({ source, dependencies }) => source.endsWith('.ts') && dependencies.length > 0);
    for (const folder of ['lib/contract', 'lib/engine', 'lib/infra', 'functions', 'localstack']) {
      expect(read.filter(({ source }) => source.startsWith(`${folder}/`)).length, folder).toBeGreaterThan(0);
    }
  });
});

describe('rooms', () => {
  it('hold every source file, each in exactly one', () => {
    const misplaced = sources().map((source) => [source, ...roomsOf(source).map(({ name }) => name)]);
    expect(misplaced.filter(({ length }) => length !== 2)).toEqual([]);
  });

  it('hold at least one file each, but for those of job types, of which a checkout may have none', () => {
    const used = new Set(sources().flatMap((source) => roomsOf(source).map(({ name }) => name)));
    const unused = ROOMS.map(({ name }) => name).filter((name) => !used.has(name));
    expect(unused.filter((name) => !name.endsWith('a job type'))).toEqual([]);
  });

  it('import one another in one direction only', () => {
    // Each room stands below those that import it: what it lists was listed before it.
    const before = new Set<string>();
    const upwards = ROOMS.flatMap(({ name, imports }) => {
      const later = imports.filter((other) => !before.has(other)).map((other) => `${name} → ${other}`);
      before.add(name);
      return later;
    });
    expect(upwards).toEqual([]);
  });
});
