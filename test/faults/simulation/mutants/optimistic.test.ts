import { findEach } from './find-each.ts';
import { OPTIMISTIC_MUTANTS } from './optimistic-mutants.ts';

findEach(OPTIMISTIC_MUTANTS);
