import { ACCEPT_MUTANTS } from './accept-mutants.ts';
import { findEach } from './find-each.ts';

findEach(ACCEPT_MUTANTS);
