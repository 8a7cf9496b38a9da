import { BREAKER_MUTANTS } from './breaker-mutants.ts';
import { findEach } from './find-each.ts';

findEach(BREAKER_MUTANTS);
