import { findEach } from './find-each.ts';
import { OTHER_MUTANTS } from './other-mutants.ts';

findEach(OTHER_MUTANTS);
