import { findEach } from './find-each.ts';
import { FLOW_MUTANTS } from './flow-mutants.ts';

findEach(FLOW_MUTANTS);
