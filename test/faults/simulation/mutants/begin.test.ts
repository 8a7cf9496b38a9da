import { BEGIN_MUTANTS } from './begin-mutants.ts';
import { findEach } from './find-each.ts';

findEach(BEGIN_MUTANTS);
