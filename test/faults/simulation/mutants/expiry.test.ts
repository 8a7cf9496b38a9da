import { EXPIRY_MUTANTS } from './expiry-mutants.ts';
import { findEach } from './find-each.ts';

findEach(EXPIRY_MUTANTS);
