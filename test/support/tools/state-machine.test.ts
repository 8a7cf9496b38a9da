import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TRANSITIONS } from '../../../lib/contract/protocol/transitions.ts';
import { END, START, stateMachine, withStateMachine } from './state-machine.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

describe('the state machine', () => {
  it.each(Object.entries(TRANSITIONS))('has row %s, with its condition', (row, { code, condition }) => {
    expect(stateMachine()).toMatch(new RegExp(`^\\| ${row} \\| ${code} \\| .+ \\|$`, 'm'));
    expect(stateMachine()).toContain(`| ${condition} |`);
  });

  it('draws the arrows that change a state', () => {
    const arrows = stateMachine().match(/^ {2}.+ --> .+$/gm) ?? [];
    expect(arrows).toContain('  [*] --> SCHEDULED: parkUntilDue, limited');
    expect(arrows).toContain('  INPROGRESS --> COMPLETED: completed, committed');
    expect(arrows.some((arrow) => /^ {2}(COMPLETED|CANCELLED) --> /.test(arrow))).toBe(false);
  });
});

describe('README.md', () => {
  it('holds the state machine as the code has it, once it holds one', () => {
    const held = README.includes(START)
      ? README.slice(README.indexOf(START), README.indexOf(END) + END.length)
      : stateMachine();
    expect(held).toBe(stateMachine());
  });

  it('gets it in a section of its own, and in its old place the next time', () => {
    const once = withStateMachine('# A\n\n## What is verified where\n');
    expect(once).toMatch(/^# A\n\n## State machine\n[\s\S]+\n\n## What is verified where\n$/);
    expect(withStateMachine(once)).toBe(once);
    expect(withStateMachine(once.replace('| first |', '| first, by hand |'))).toBe(once);
  });
});
