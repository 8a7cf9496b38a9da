import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TRANSITIONS } from '../../../lib/contract/protocol/transitions.ts';
import { generatedPart, withGeneratedPart } from '../../support/tools/generated.ts';
import { MARKS, stateMachine } from '../../support/tools/state-machine.ts';

const page = readFileSync(new URL('../../../lib/engine/README.md', import.meta.url), 'utf8');

describe('the state machine', () => {
  it.each(Object.entries(TRANSITIONS))('has row %s, with its condition', (row, { code, condition }) => {
    expect(stateMachine()).toMatch(new RegExp(`^\\| ${row} \\| ${code} \\| .+ \\|$`, 'm'));
    expect(stateMachine()).toContain(`| ${condition} |`);
  });

  it('draws the arrows that change a state', () => {
    const arrows = stateMachine().match(/^ {2}.+ --> .+$/gm) ?? [];
    expect(arrows).toContain('  [*] --> SCHEDULED: parkUntilDue, limited, withheld, callbackParked, enqueued');
    expect(arrows).toContain('  INPROGRESS --> COMPLETED: completed, committed');
    expect(arrows.some((arrow) => /^ {2}(COMPLETED|CANCELLED) --> /.test(arrow))).toBe(false);
  });
});

describe('lib/engine/README.md', () => {
  it('holds the state machine as the code has it', () => {
    expect(generatedPart(page, MARKS)).toBe(stateMachine());
  });

  it('gets it back in its place when somebody has edited it', () => {
    const edited = page.replace(MARKS.end, `by hand\n${MARKS.end}`);
    expect(withGeneratedPart(edited, MARKS, stateMachine())).toBe(page);
  });

  it('is refused without the marks', () => {
    expect(() => withGeneratedPart('# A page\n', MARKS, stateMachine())).toThrow(
      'the page has no part between "<!-- state machine: made by',
    );
  });
});
