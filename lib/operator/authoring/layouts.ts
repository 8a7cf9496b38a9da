import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where job types stand, and how their files import Sluice: in a checkout of it, or in a project that installs the package. */
export interface Layout {
  /** The file that names all job types. */
  readonly catalogue: string;
  /** The folder with a folder for each. */
  readonly folder: string;
  /** A job type's test. */
  readonly testOf: (type: string) => string;
  /** What imports begin with: `#sluice/contract`. */
  readonly package: '#sluice' | 'sluice';
}

export const CHECKOUT: Layout = {
  catalogue: 'functions/index.ts',
  folder: 'functions',
  testOf: (type) => `test/unit/functions/${type}.test.ts`,
  package: '#sluice',
};

export const PROJECT: Layout = {
  catalogue: 'sluice.config.ts',
  folder: 'jobs',
  testOf: (type) => `jobs/${type}/${type}.test.ts`,
  package: 'sluice',
};

/** A project has a `sluice.config.ts`, a checkout none. */
export const layoutOf = (root: string): Layout => (existsSync(join(root, PROJECT.catalogue)) ? PROJECT : CHECKOUT);
