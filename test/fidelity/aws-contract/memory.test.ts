import { BEHAVIOURS } from './behaviours/all.ts';
import { contract } from './contract.ts';
import { openMemory } from './memory.ts';

contract('memory', BEHAVIOURS, openMemory);
